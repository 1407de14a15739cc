"""The same films on many machines: bundle → station → line → remote → crew. How far that goes: scale."""
