"""The words for the papers a window gives out."""

from __future__ import annotations

from enum import StrEnum


class Moment(StrEnum):
    """From when on a paper can be given: during the visit, once it is finished, once the court accepted."""

    VISIT = "visit"
    FINISH = "finish"
    ACCEPTED = "accepted"


class Procedure(StrEnum):
    """By which procedure a case goes; the papers that speak of rights, duties and fees differ by it."""

    CIVIL = "civil"
    ADMINISTRATIVE = "administrative"
    CRIMINAL = "criminal"
    ENFORCEMENT = "enforcement"
    APPLICATION = "application"
    COMPENSATION = "compensation"
    AID = "aid"
    APPEAL = "appeal"
    RETRIAL = "retrial"
    ADMINISTRATIVE_RETRIAL = "administrative_retrial"
    PETITION = "petition"


DOCUMENTS = (
    "evidence_list",
    "correction_notice",
    "conditional_acceptance",
    "acceptance_notice",
    "fee_notice",
    "service_address",
    "evidence_notice",
    "rights_notice",
    "rights_notice_admin",
    "evidence_notice_admin",
    "risk_notice",
    "mediation_notice",
    "mediation_referral",
    "cross_court_application",
    "transfer_list",
    "refund_application",
    "funds_claim",
    "file_request",
    "effect_certificate",
    "delivery_receipt",
    "service_note",
    "grievance",
    "integrity_card",
    "flow_sheet",
    "day_sheet",
    "query_slip",
    "payment_slip",
    "rating_slip",
    "return_slip",
    "amendment_receipt",
    "guidance_notice",
)
"""Every paper but the ticket and the receipt, by its word in catalogue files and in the store."""

OF_FEE = ("fee_notice", "payment_slip", "acceptance_notice")
"""Papers that tell the fee: they follow what is corrected of it after the end."""
