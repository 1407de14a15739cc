"""From a scene to a film: catalog → plan → worker → engine → encode → report, in running order."""
