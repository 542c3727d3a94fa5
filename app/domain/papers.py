"""The words for the papers a window gives out."""

from __future__ import annotations

from enum import StrEnum


class Moment(StrEnum):
    """From when on a paper can be given: during the visit, once it is finished, once the court accepted."""

    VISIT = "visit"
    FINISH = "finish"
    ACCEPTED = "accepted"


DOCUMENTS = (
    "evidence_list",
    "correction_notice",
    "conditional_acceptance",
    "acceptance_notice",
    "fee_notice",
    "service_address",
    "evidence_notice",
    "rights_notice",
    "risk_notice",
    "mediation_notice",
    "mediation_referral",
    "cross_court_application",
    "transfer_list",
    "refund_application",
    "funds_claim",
    "file_request",
    "effect_certificate",
    "grievance",
    "integrity_card",
    "flow_sheet",
    "day_sheet",
    "query_slip",
    "payment_slip",
    "rating_slip",
    "return_slip",
)
"""Every paper but the ticket and the receipt, by its word in catalogue files and in the store."""
