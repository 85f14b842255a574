"""Why a connection stands as it does: one closed, published list. `connection_texts` says them in words."""

from enum import StrEnum


class ConnectionReason(StrEnum):
    """Every reason there is. The value is what answers carry as `reason.code`."""

    ACCOUNT_MISSING = "account_missing"
    COBOT_SPACE_MISSING = "cobot_space_missing"
    COBOT_NOT_AUTHORISED = "cobot_not_authorised"
    AUDIENCE_MISSING = "audience_missing"
    FIELDS_CLASH = "fields_clash"
    CHECK_FAILED = "check_failed"
    READY_TO_CHECK = "ready_to_check"
    AUDIENCE_BEING_READ = "audience_being_read"
    SUMMARY_READY = "summary_ready"
    IN_OPERATION = "in_operation"
    PAUSED_BY_OPERATOR = "paused_by_operator"
    AUDIENCE_GONE = "audience_gone"
    ACCOUNT_REFUSED = "account_refused"
    REFUSED_BY_MAILCHIMP = "refused_by_mailchimp"
    DISCONNECTED_BY_OPERATOR = "disconnected_by_operator"
    DISCONNECTED_STILL_TOLD = "disconnected_still_told"
