"""Every module that holds tables, imported so that `Base.metadata` is complete."""

from workspace import events, search
from workspace.accounts import models as accounts
from workspace.db import Base
from workspace.discussion import models as discussion
from workspace.editions import models as editions
from workspace.groups import models as groups
from workspace.jobs import models as jobs
from workspace.live import models as live
from workspace.mail import models as mail
from workspace.membership import models as membership
from workspace.network import models as network
from workspace.notices import models as notices
from workspace.papers import models as papers
from workspace.web import derived

MODULES = (
    accounts, derived, discussion, editions, events, groups, jobs, live, mail, membership, network, notices, papers,
    search,
)  # fmt: skip
metadata = Base.metadata
