"""Publishing: submitted versions, editions, the public library."""
