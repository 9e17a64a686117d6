"""The text engine: text in, values out. No Flask, no database, no clock.

Positions are code points of the stored Markdown source, half-open.
"""
