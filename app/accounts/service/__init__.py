"""What can be done with accounts, sessions, tokens and mail."""

from app.accounts.service.mail import Postman, send_due, write_mail
from app.accounts.service.people import change_password, confirm_password, create_account, grant_role, set_password
from app.accounts.service.sessions import SignedIn, bearer, sign_in, sign_out, signed_in_by, touch

__all__ = [
    "Postman", "SignedIn", "bearer", "change_password", "confirm_password", "create_account", "grant_role", "send_due", "set_password",
    "sign_in", "sign_out", "signed_in_by", "touch", "write_mail",
]  # fmt: skip
