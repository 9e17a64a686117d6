"""What coordination does for the whole network: groups at a glance, sealing, the readable log."""
