"""The register of a paper, threads on passages, comments."""
