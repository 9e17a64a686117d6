"""The first start: from an empty database to a network with a name, its legal pages, a group and first invitations."""
