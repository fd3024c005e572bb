"""Sentences every domain shares."""


def N_(sentence: str) -> str:
    """Mark a text for the translators; it is translated when shown."""
    return sentence


REFUSALS = {
    "attachment-damaged": N_("The picture %(subject)s cannot be read, or is far too large."),
    "attachment-missing": N_("Choose a photo or a file first."),
    "attachment-too-large": N_("%(subject)s is too large: at most six files of %(megabytes)s MB."),
    "attachment-type": N_("%(subject)s is neither a JPEG, PNG or WebP picture nor a PDF."),
    "attachments-full": N_("The document has %(most)s attachments; it takes no more."),
    "refused": N_("The request was refused."),
    "not-found": N_("This does not exist, or you may not see it."),
    "forbidden": N_("You may not do this."),
    "locked": N_("The goods are held. Nobody may use them until they are released."),
    "unauthenticated": N_("Please sign in."),
    "cursor-unreadable": N_("This page of the list does not exist. Start from the first page."),
    "conflict": N_("Somebody else changed this first. Look again and repeat if needed."),
    "rule-broken": N_("The request contradicts a rule."),
    "too-many-attempts": N_("Too many attempts. Try again in %(retry_after)s seconds."),
    "idempotency-key-reused": N_("This client key was used before for another request."),
}

STATUSES = {
    400: N_("The request could not be read."),
    401: N_("Please sign in."),
    403: N_("You may not do this."),
    404: N_("This does not exist, or you may not see it."),
    405: N_("This address does not take that method."),
    413: N_("The request is too large."),
    415: N_("The content type is not supported."),
    422: N_("Some fields need attention."),
    429: N_("Too many requests. Try again later."),
    500: N_("Something went wrong on our side. Nothing was changed."),
    503: N_("The system is busy. Nothing was changed; try again."),
}
