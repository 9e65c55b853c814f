"""Every text of the offline verifier by key, for its page and its scripts, in both languages at once."""

from flask_babel import force_locale, gettext

from app.core.errors import N_

WORDS: dict[str, str] = {
    "title": N_("Check a certificate"),
    "subtitle": N_("Scan the code on the paper. This page works without a network once it has been opened."),
    "private": N_("What you scan stays on this device: nothing of it is sent."),
    "scan": N_("Scan with the camera"),
    "scanning": N_("Hold the code inside the frame until it is read."),
    "scan_stop": N_("Stop"),
    "scan_light": N_("Light"),
    "scan_refused": N_("The camera may not be used here. Allow it in the browser's settings, or choose another way."),
    "scan_none": N_("This browser cannot scan. Use the device's own camera app, or another way below."),
    "other_ways": N_("Other ways"),
    "picture": N_("Read from a picture"),
    "picture_help": N_("A photo or screen shot in which the whole code is seen."),
    "picture_sent": N_("This browser cannot read codes in pictures: the site does it, and then forgets the picture."),
    "picture_none": N_("No code was found in this picture. Take it closer and from straight above."),
    "paste": N_("Paste the code"),
    "paste_help": N_("The link or the digits that a code reader shows."),
    "check": N_("Check"),
    "by_number": N_("Number and check code"),
    "by_number_help": N_("Both are printed on the certificate. This asks the site and needs a network."),
    "number": N_("Certificate number"),
    "check_code": N_("Check code"),
    "working": N_("Checking …"),
    "again": N_("Check another certificate"),
    "result": N_("Result"),
    "printed": N_("What the paper must say"),
    "compare": N_(
        "Compare every line with the paper, and the photo with the person. If a line differs, the paper was altered."
    ),
    "name": N_("Name"),
    "identity": N_("Identity number ends in, or staff code"),
    "agency": N_("Agency"),
    "region": N_("Region"),
    "domains": N_("Domains of enforcement"),
    "source": N_("Source of authority"),
    "issuer": N_("Issued by"),
    "issued_on": N_("Issued on"),
    "validity": N_("Validity"),
    "through": N_("{first} through {last}"),
    "not_today": N_("not in force today"),
    "level": N_("level {level}"),
    "as_of": N_("Status as of {moment}."),
    "as_of_until": N_("Status list of {moment}, fresh until {until}."),
    "code_of": N_("Code of the answer: {reason}"),
    "state_VALID": N_("Valid"),
    "text_VALID": N_("The certificate is genuine and in force today."),
    "state_STALE": N_("Valid at issue, status as of {moment}"),
    "text_STALE": N_(
        "Genuine and within its dates. Whether it has been suspended or revoked since then is not known here: "
        "fetch the lists where there is a network."
    ),
    "state_NO_LIST": N_("Valid at issue, status unknown"),
    "text_NO_LIST": N_(
        "Genuine and within its dates. No status list has reached this device yet, so a suspension or revocation "
        "would not be seen: fetch the lists where there is a network."
    ),
    "state_SUSPENDED": N_("Suspended"),
    "text_SUSPENDED": N_("The certificate is genuine but suspended: its holder may not enforce for now."),
    "state_REVOKED": N_("Revoked"),
    "text_REVOKED": N_("The certificate was revoked, cancelled, reported lost or replaced. It is no longer in force."),
    "state_EXPIRED": N_("Expired"),
    "text_EXPIRED": N_("The certificate is genuine, but its last day is past."),
    "state_STARTS_LATER": N_("Not yet valid"),
    "text_STARTS_LATER": N_("The certificate is genuine, but its first day has not come."),
    "state_ISSUED_IN_FUTURE": N_("Issued in the future"),
    "text_ISSUED_IN_FUTURE": N_(
        "By this device's clock the certificate has not been issued yet. Set the clock right and check again; "
        "if the clock is right, do not accept the paper."
    ),
    "state_UNKNOWN_KEY": N_("Unknown key"),
    "text_KEY_UNKNOWN": N_(
        "The key that signed this code is not in the trust list kept here, so the code cannot be judged. "
        "Fetch the lists, then check again. It may be a code of another registry."
    ),
    "text_KEY_NOT_THEN": N_(
        "The key that signed this code was not in use at the time the code names. Do not accept it."
    ),
    "text_KEY_REVOKED": N_(
        "The key that signed this code has been withdrawn, so nothing it signed is believed. Ask for a new certificate."
    ),
    "state_FORGED": N_("Forged"),
    "text_FORGED": N_("The signature does not fit: the code was altered or made by somebody else. Do not accept it."),
    "state_UNREADABLE": N_("Not a certificate's code"),
    "text_UNREADABLE": N_("Nothing could be checked. Scan the code on the certificate again, whole and in good light."),
    "text_CODE_EMPTY": N_("There is no code. Scan it, or paste the link or its digits."),
    "text_CODE_NOT_DIGITS": N_("The code of a certificate has digits only. Scan it again."),
    "text_CODE_TOO_LONG": N_("This has far more digits than the code of a certificate. It was not read."),
    "text_CODE_VERSION": N_(
        "This is not a code of this registry, or digits are missing. If the certificate is newer than this page, "
        "open the page once where there is a network."
    ),
    "text_CODE_ALGORITHM": N_("The code names a way of signing that is not accepted. Do not accept it."),
    "text_OLD_LINK": N_("This is the link of a certificate that the site itself checks. That needs a network."),
    "open_link": N_("Open the check"),
    "state_LIST": N_("Status list received"),
    "text_LIST": N_("The status list of {moment} is now kept on this device."),
    "text_LIST_OLDER": N_("The list is genuine, but the one kept on this device is as new or newer: {moment}."),
    "state_LIST_REFUSED": N_("Status list refused"),
    "text_LIST_REFUSED": N_("The list could not be believed, and nothing was changed."),
    "keeps": N_("Kept on this device"),
    "keeps_help": N_("The list of keys, and the list of what has been suspended or revoked."),
    "trust": N_("Trusted keys"),
    "status": N_("Status list"),
    "none_yet": N_("none yet"),
    "fresh": N_("{moment}, fresh until {until}"),
    "stale": N_("{moment}, out of date since {until}"),
    "refresh": N_("Fetch the lists now"),
    "refreshing": N_("Fetching …"),
    "refreshed": N_("The lists were fetched at {moment}."),
    "offline": N_("No network. What is kept here is used."),
    "not_published": N_("The site has not published its lists yet. Try again in a few minutes."),
    "refused_lists": N_("The site's lists could not be believed and were not taken ({reason}). What was kept stays."),
    "share": N_("Show the status list as a code"),
    "share_help": N_("Another phone without a network scans it on this same page, and knows what this one knows."),
    "share_hide": N_("Hide the code"),
    "share_alt": N_("Code that holds the status list of {moment}"),
    "share_large": N_("The list has grown too large for one code: it can only be fetched."),
    "clock_behind": N_("This device's clock is behind: the newest list comes from its future. Set the clock right."),
    "install": N_("Keep this page on the phone"),
    "install_now": N_("Install"),
    "install_hand": N_(
        "In the browser's menu choose “Add to home screen”. The page then opens like an app, with or without a network."
    ),
    "ready": N_("Ready: this page opens without a network from now on."),
    "root": N_("Fingerprint of the pinned root key"),
    "root_help": N_("The same on every phone that trusts this registry; the registry tells it to whoever asks."),
    "root_none": N_(
        "The site has no root key for codes yet, so nothing can be checked here. Open this page again later."
    ),
    "root_changed": N_(
        "The site now names another root key ({kid}). Codes are still judged by the pinned one. "
        "Accept the new one only after the registry has confirmed it."
    ),
    "root_accept": N_("Accept the new root key"),
    "no_crypto": N_("This page needs a secure connection (https) and a browser of the last few years."),
}

LANGUAGES = ("zh", "en")


def words(language: str) -> dict[str, str]:
    """All texts in one language."""
    with force_locale(language):
        return {key: gettext(msgid) for key, msgid in WORDS.items()}


def all_words() -> dict[str, dict[str, str]]:
    """All texts in both languages, by language and key."""
    return {language: words(language) for language in LANGUAGES}
