"""The blueprint that the modules beside it add their addresses to."""

from flask import Blueprint

bp = Blueprint("network", __name__)
