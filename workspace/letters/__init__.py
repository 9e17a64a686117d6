"""What notices show, and the mails that tell of them."""
