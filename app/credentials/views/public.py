"""The public check: by number and check code, or by the file itself. No log-in; never more than is printed."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from app.core.errors import N_, Invalid, NotFound
from app.core.http import now, public, settings, today, zone
from app.credentials import queries, service
from app.credentials.forms import FileForm, VerifyForm, asked_day
from app.extensions import db, limiter
from certificates.verify import SIZE_LIMIT

verify = Blueprint("verify", __name__, url_prefix="/verify")

ASKS = limiter.shared_limit("30/minute", scope="verify", key_func=get_remote_address)
FILES = limiter.shared_limit("10/minute", scope="verify-file", key_func=get_remote_address)


def asked_on() -> Invalid:
    """The answer to a day that cannot be read."""
    return Invalid("date-invalid", N_("Write the day as 2026-05-01."), field="on")


def certificate_file(pem: bytes, name: str) -> Response:
    """Certificates as a download; raises NotFound `no-keys` where there are none yet."""
    if not pem:
        raise NotFound("no-keys", N_("This site has no keys yet. They are made when its sealing process first runs."))
    answer = Response(pem, content_type="application/x-pem-file")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@verify.get("")
@public
def form() -> ResponseReturnValue:
    """Number and check code, or a file; with both in the address, on to the answer."""
    asked = VerifyForm(request.args)
    if request.args and asked.validate():
        return redirect(url_for("verify.answer", number=asked.number.data, code=asked.code.data))
    return render_template("verify/form.html", form=asked, file_form=FileForm(), asked=bool(request.args))


@verify.post("")
@public
@FILES
def check() -> ResponseReturnValue:
    """Judge an uploaded file: genuine and unchanged? and, apart from that, what state the certificate is in."""
    file_form = FileForm()
    if not file_form.validate():
        return render_template("verify/form.html", form=VerifyForm(), file_form=file_form, asked=False), 422
    data = file_form.file.data.stream.read(SIZE_LIMIT + 1)
    found = service.check_file(db.session(), data, file_form.on.data, settings=settings(), now=now())
    return render_template("verify/file.html", found=found)


@verify.get("/<number>")
@public
@ASKS
def answer(number: str) -> ResponseReturnValue:
    """Everything printed with the name masked, the state today and on a day asked for, and the history."""
    on, readable = asked_day(request.args.get("on"))
    if not readable:
        raise asked_on()
    code = request.args.get("code", "")
    found = queries.public_answer(db.session(), number, code, on, now(), zone())
    if found is None:
        return _paper(number, code)
    return render_template("verify/answer.html", found=found, code=code, today=today())


def _paper(number: str, code: str) -> ResponseReturnValue:
    """The answer about a class certificate or result slip, or that there is no such number and code."""
    found = queries.paper_answer(db.session(), number, code)
    if found is None:
        return render_template("verify/unknown.html"), 404
    return render_template("verify/paper.html", found=found)


@verify.get("/root.pem")
@public
def root() -> ResponseReturnValue:
    """The root certificate against which anybody can check a file without this site."""
    return certificate_file(service.public_keys(db.session(), settings()).root_pem, "chizheng-root.pem")
