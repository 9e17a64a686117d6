"""Mail: written in words, posted to the outbox in the caller's transaction, handed over by the worker.

    letter = compose("notices/mention", language, name=…, link=…)         before begin_writing: it renders
    post(letter, to=Recipient(member.name, member.email, member.id))      after it: one row for each recipient

`templates/mail/notices/mention.txt` and `.html` hold the words; the `.txt` has the blocks subject and body.
"""

from workspace.mail.compose import Letter, compose
from workspace.mail.models import Mail, MailState
from workspace.mail.outbox import Recipient, post

__all__ = ["Letter", "Mail", "MailState", "Recipient", "compose", "post"]
