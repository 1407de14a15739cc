"""From a scene to a film: catalog → plan → farm → worker → engine → encode → report, in running order."""
