"""What can go wrong between an order and its goods on the shelf."""

from app.kernel.errors import Conflict, Forbidden, RuleBroken


class ReceiptStateChanged(Conflict):
    """The receipt is no longer, or not yet, in the state this step needs."""

    code = "receipt-state-changed"


class ReceiptOpen(Conflict):
    """The order is being received already; ``data['reference']`` names the receipt."""

    code = "receipt-open"


class OrderClosed(Conflict):
    """Everything ordered has arrived, or the order was closed."""

    code = "order-closed"


class NotOrdered(RuleBroken):
    """The item is not on this order."""

    code = "not-ordered"


class OverReceipt(Conflict):
    """More would be accepted than was ordered."""

    code = "over-receipt"


class ScanTheCode(RuleBroken):
    """Coded goods are counted by scanning, not by typing a number."""

    code = "scan-required"


class LineNotCounted(RuleBroken):
    """A line has no count yet."""

    code = "line-not-counted"


class SecondCountMissing(RuleBroken):
    """The count differs from the delivery note, so another person must count too."""

    code = "second-count-missing"


class CountsDiffer(Conflict):
    """Two people counted differently; the first must count again."""

    code = "counts-differ"


class SamePerson(Forbidden):
    """The second count must come from somebody who did not make the first."""

    code = "second-person-required"


class LabelIncomplete(RuleBroken):
    """The code finds the item, and lot or expiry must be typed; ``data['fill']`` has the rest."""

    code = "label-incomplete"


class LotNotAnnounced(RuleBroken):
    """The label is whole, and the receipt has no such lot: add it; ``data['fill']`` has it."""

    code = "lot-not-announced"


class UndoTooLate(Conflict):
    """The goods of the scan were refused, set apart or typed over since."""

    code = "undo-too-late"


class LabelImplausible(RuleBroken):
    """Lot or dates typed from the label cannot be right; ``data['field']`` names which."""

    code = "label-implausible"


class WrongBin(RuleBroken):
    """The bin is not cold, cool or locked enough for the item."""

    code = "wrong-bin"


class PartsDiffer(RuleBroken):
    """A line is split over bins, and the parts are not what was accepted."""

    code = "parts-differ"


class NotOnLine(RuleBroken):
    """The code was not counted on this line, or lies in a carton that is put away whole."""

    code = "not-on-line"


class PutAwayDone(Conflict):
    """The line lies in its bin already."""

    code = "already-put-away"


class SupplierNotQualified(RuleBroken):
    """A licence the supplier needs for these goods is missing or has expired."""

    code = "supplier-not-qualified"


class PriceAboveContract(RuleBroken):
    """The price is higher than the contract in force allows."""

    code = "price-above-contract"


class OrderStateChanged(Conflict):
    """The order is no longer, or not yet, in the state this step needs."""

    code = "order-state-changed"


class OrderEmpty(RuleBroken):
    """An order, plan or contract without a line."""

    code = "order-empty"


class ApproverIsTheBuyer(Forbidden):
    """Whoever wrote a document may not be the one who approves it."""

    code = "approver-is-the-buyer"


class ContractStateChanged(Conflict):
    """The contract is no longer, or not yet, in the state this step needs."""

    code = "contract-state-changed"


class ContractOverlaps(Conflict):
    """The supplier has another price in force for an item within the period."""

    code = "contract-overlaps"


class PlanStateChanged(Conflict):
    """The plan was ordered or dropped meanwhile."""

    code = "plan-state-changed"


class PlanOpen(Conflict):
    """Another plan is still being adjusted; two would buy the same need twice."""

    code = "plan-open"


class SupplierMissing(RuleBroken):
    """An item is to be bought and nobody is chosen to sell it; ``data['item']`` names it."""

    code = "supplier-missing"


class InvoiceKnown(Conflict):
    """The supplier's invoice number was entered before."""

    code = "invoice-known"


class InvoiceStateChanged(Conflict):
    """The invoice is no longer, or not yet, in the state this step needs."""

    code = "invoice-state-changed"


class SettlementReversed(Conflict):
    """The settlement was undone before."""

    code = "settlement-reversed"


class ClaimClosed(Conflict):
    """The claim was closed before."""

    code = "claim-closed"


class ReadingsUnreadable(RuleBroken):
    """A line of a transport record holds no temperature."""

    code = "readings-unreadable"


class TransportRecordMissing(RuleBroken):
    """Cold goods came without a record of the temperatures they travelled at."""

    code = "transport-record-missing"


class ColdChainBroken(Conflict):
    """Cold goods were too warm, too cold or unrecorded on the road; ``data`` has what."""

    code = "cold-chain-break"


class ReturnEmpty(RuleBroken):
    """A return names at least one lot from a receipt, of more than nothing."""

    code = "return-empty"


class OneSupplier(RuleBroken):
    """A return goes from one facility to one supplier."""

    code = "one-supplier"


class ReturnExceedsReceipt(Conflict):
    """More would go back than came on the receipt's line, or than is there."""

    code = "return-exceeds-receipt"


class ReturnStateChanged(Conflict):
    """The return is not in the state this step starts from."""

    code = "return-state-changed"


class CreditSettled(Conflict):
    """The credit of the return was deducted in a settlement."""

    code = "credit-settled"


class CreditsExceedInvoices(RuleBroken):
    """A settlement pays something: its credits are less than its invoices."""

    code = "credits-exceed-invoices"
