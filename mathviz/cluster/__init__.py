"""The same films on many machines: bundle → station → crew, in running order; scale says how far it goes."""
