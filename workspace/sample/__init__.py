"""The sample network: prose, edit scripts, loader."""
