"""Working groups, their members and roles."""
