"""What can be done with accounts, sessions, tokens and mail."""

from app.accounts.service.invitations import accept, invite, revoke_invitations, void
from app.accounts.service.mail import Letter, claim_letter, note_delivery, send_again, withdraw_letter, write_mail
from app.accounts.service.people import change_password, confirm_password, create_account, grant_role, set_password
from app.accounts.service.sessions import SignedIn, bearer, forget_sessions, sign_in, sign_out, signed_in_by, touch
from app.accounts.service.standing import disable, enable, end_sessions, revoke_role, unlock
from app.accounts.service.tokens import issue_token, revoke_token

__all__ = [
    "Letter", "SignedIn", "accept", "bearer", "change_password", "claim_letter", "confirm_password", "create_account",
    "disable", "enable", "end_sessions", "forget_sessions", "grant_role", "invite", "issue_token", "note_delivery",
    "revoke_invitations", "revoke_role", "revoke_token", "send_again", "set_password", "sign_in", "sign_out",
    "signed_in_by", "touch", "unlock", "void", "withdraw_letter", "write_mail",
]  # fmt: skip
