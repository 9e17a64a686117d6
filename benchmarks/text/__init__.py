"""The text engine held against real histories and against what else there is.

`CORPUS` names a folder with histories (each an archive `*.tar.xz` or a folder with `rNNNNN.md` and
`meta.json`) and with `merges.tar.xz`; nothing of it is part of the project.
"""
