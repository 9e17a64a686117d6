"""People and organisations, sign-in and sessions."""
