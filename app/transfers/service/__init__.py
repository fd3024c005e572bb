"""Use cases of transfers: ask, decide, hand over, receive, settle, pull back."""

from app.transfers.service.asking import Ask, Wish, ask, cancel, give_back
from app.transfers.service.deciding import Approval, approve, refuse
from app.transfers.service.finding import decider_of, get_transfer, lines_of
from app.transfers.service.handing import HandOver, hand_over
from app.transfers.service.picking import Pick, picks_of
from app.transfers.service.pulling import (
    Chosen,
    Proposal,
    ask_pull_back,
    propose_pull_back,
)
from app.transfers.service.receiving import Receipt, contents_of, receive
from app.transfers.service.refilling import lapse, lock_promised, refill
from app.transfers.service.settling import Settlement, settle_missing

__all__ = [
    "Approval",
    "Ask",
    "Chosen",
    "HandOver",
    "Pick",
    "Proposal",
    "Receipt",
    "Settlement",
    "Wish",
    "approve",
    "ask",
    "ask_pull_back",
    "cancel",
    "contents_of",
    "decider_of",
    "get_transfer",
    "give_back",
    "hand_over",
    "lapse",
    "lines_of",
    "lock_promised",
    "picks_of",
    "propose_pull_back",
    "receive",
    "refill",
    "refuse",
    "settle_missing",
]
