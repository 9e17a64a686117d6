"""Papers: text, revisions, history, comparison, attachments."""
