"""Live co-editing: rooms and sockets. Text, log and rights are those of `papers`."""
