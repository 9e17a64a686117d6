"""What members are told of: one row per person and event, whom it reaches, when it goes out by mail."""
