"""Line items of the statement of cash flows (ASC 230)."""

from app.facts.line_items import Edge, LineItem, Section, Shown

_OPERATING, _INVESTING, _FINANCING = Section.OPERATING, Section.INVESTING, Section.FINANCING
_OUT = Shown.OUTFLOW
_CHANGE = r"(?:(?:net )?(?:changes?|increase|decrease|increase or decrease) in )?"
_BY = r"(?:net )?cash(?: flows?)?(?: (?:provided|generated|used))*(?: (?:by|in|from|for))*"
_CASH = r"cash(?:,? (?:and )?cash equivalents| and equivalents)?"
_CASH_OF_ALL = r"cash,? (?:and )?cash equivalents,? (?:and |including )?(?:\w+ )?restricted(?: cash)?(?: and (?:restricted )?cash equivalents)?"
_BEGIN = r",? ?(?:at |- )?(?:the )?beginning(?: of (?:the )?(?:fiscal )?(?:year|period|quarter))?(?: balances?)?"
_END = r",? ?(?:at |- )?(?:the )?(?:end(?: of (?:the )?(?:fiscal )?(?:year|period|quarter))|ending balances?)"
_ALL = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"

CASH_FLOW_ITEMS: tuple[LineItem, ...] = (
    LineItem("NetIncomeLoss", r"net (?:income|earnings|loss|profit)", section=_OPERATING),
    LineItem("DepreciationDepletionAndAmortization", r"depreciation(?:,? (?:depletion,? )?and amortization)(?:,? .*)?", section=_OPERATING),
    LineItem("Depreciation", r"depreciation(?: expense)?", section=_OPERATING),
    LineItem("AmortizationOfIntangibleAssets", r"amortization of (?:\w+ )?intangible(?:s| assets)|intangible(?: assets?)? amortization", section=_OPERATING),
    LineItem("ShareBasedCompensation", r"(?:share|stock|equity)-based (?:compensation)(?: expense| costs?)?", section=_OPERATING),
    LineItem("DeferredIncomeTaxExpenseBenefit", r"deferred (?:income )?tax(?:es)?(?: expense| benefit| provision)?", section=_OPERATING),
    LineItem("GoodwillImpairmentLoss", r"(?:goodwill impairments?|impairment of goodwill)(?: charges?| loss)?", section=_OPERATING),
    LineItem("IncreaseDecreaseInAccountsReceivable", rf"{_CHANGE}(?:trade )?accounts receivable(?:, net|, trade)?", _OUT, section=_OPERATING),
    LineItem("IncreaseDecreaseInReceivables", rf"{_CHANGE}receivables(?:, net)?", _OUT, section=_OPERATING),
    LineItem("IncreaseDecreaseInInventories", rf"{_CHANGE}(?:merchandise )?inventor(?:y|ies)(?:, net)?", _OUT, section=_OPERATING),
    LineItem("IncreaseDecreaseInPrepaidDeferredExpenseAndOtherAssets", rf"{_CHANGE}prepaid expenses?,? (?:and )?other(?: current)?(?: assets)?.*", _OUT, section=_OPERATING),
    LineItem("IncreaseDecreaseInOtherCurrentAssets", rf"{_CHANGE}other current assets", _OUT, section=_OPERATING),
    LineItem("IncreaseDecreaseInOtherOperatingAssets", rf"{_CHANGE}other (?:current and non-?current )?assets", _OUT, section=_OPERATING),
    LineItem("IncreaseDecreaseInAccountsPayableAndAccruedLiabilities", rf"{_CHANGE}accounts payable and accrued (?:liabilities|expenses)", section=_OPERATING),
    LineItem("IncreaseDecreaseInAccountsPayable", rf"{_CHANGE}(?:trade )?accounts payable", section=_OPERATING),
    LineItem("IncreaseDecreaseInAccruedLiabilities", rf"{_CHANGE}accrued (?:liabilities|expenses)(?: and other(?: liabilities)?)?", section=_OPERATING),
    LineItem("IncreaseDecreaseInContractWithCustomerLiability", rf"{_CHANGE}(?:deferred revenues?|unearned revenues?|contract liabilities)", section=_OPERATING),
    LineItem("IncreaseDecreaseInAccruedIncomeTaxesPayable", rf"{_CHANGE}(?:accrued )?income taxes(?: payable)?", section=_OPERATING),
    LineItem("IncreaseDecreaseInOtherOperatingLiabilities", rf"{_CHANGE}other (?:current and non-?current )?liabilities", section=_OPERATING),
    LineItem("OtherNoncashIncomeExpense", r"other non-?cash (?:items|charges|adjustments|income)(?:, net)?", _OUT, section=_OPERATING),
    LineItem("OtherOperatingActivitiesCashFlowStatement", r"other operating activities(?:, net)?", section=_OPERATING),
    LineItem("NetCashProvidedByUsedInOperatingActivities", rf"{_BY} (?:operating activities|operations)"),
    LineItem("PaymentsToAcquirePropertyPlantAndEquipment", r"(?:purchases?|acquisitions?|additions?|payments|expenditures|investments?)(?: for acquisition)?(?: of| to| for| in| to acquire)* property(?:, plant,?)? and equipment|capital expenditures", _OUT, section=_INVESTING),
    LineItem("ProceedsFromSaleOfPropertyPlantAndEquipment", r"proceeds from (?:the )?(?:sales?|disposals?|dispositions?)(?: or \w+)? of property(?:, plant,?)? and equipment", section=_INVESTING),
    LineItem("PaymentsToAcquireBusinessesNetOfCashAcquired", r"(?:payments for |purchases? of )?(?:business(?:es)? )?(?:acquisitions?|acquired|businesses acquired)(?: of (?:a )?business(?:es)?)?,? net(?: of cash(?: and \w+)? acquired)?", _OUT, section=_INVESTING),
    LineItem("PaymentsToAcquireMarketableSecurities", r"(?:purchases?|acquisitions?) of marketable securities", _OUT, section=_INVESTING),
    LineItem("PaymentsToAcquireShortTermInvestments", r"purchases? of short-term investments", _OUT, section=_INVESTING),
    LineItem("PaymentsToAcquireInvestments", r"purchases? of (?:investment securities|investments)", _OUT, section=_INVESTING),
    LineItem("ProceedsFromMaturitiesPrepaymentsAndCallsOfAvailableForSaleSecurities", r"(?:proceeds from )?maturities of marketable securities", section=_INVESTING),
    LineItem("ProceedsFromSaleOfAvailableForSaleSecuritiesDebt", r"(?:proceeds from )?sales of marketable securities", section=_INVESTING),
    LineItem("ProceedsFromMaturitiesPrepaymentsAndCallsOfShorttermInvestments", r"(?:proceeds from )?maturities of short-term investments", section=_INVESTING),
    LineItem("ProceedsFromSaleOfShortTermInvestments", r"(?:proceeds from )?sales of short-term investments", section=_INVESTING),
    LineItem("ProceedsFromSaleMaturityAndCollectionsOfInvestments", r"(?:proceeds from )?(?:sales and maturities|maturities and sales) of (?:investment securities|investments)", section=_INVESTING),
    LineItem("PaymentsForProceedsFromOtherInvestingActivities", r"other investing activities(?:, net)?|other(?:, net)?", _OUT, section=_INVESTING),
    LineItem("NetCashProvidedByUsedInInvestingActivities", rf"{_BY} investing activities"),
    LineItem("ProceedsFromRepaymentsOfCommercialPaper", r"(?:proceeds from|repayments of|net change in|increase in) commercial paper(?:, net)?", section=_FINANCING),
    LineItem("ProceedsFromRepaymentsOfNotesPayable", r"(?:proceeds from|increase in|net change in|change in) notes payable(?:, net)?", section=_FINANCING),
    LineItem("ProceedsFromRepaymentsOfShortTermDebt", r"(?:proceeds from|increase in|net change in|change in) short-term (?:debt|borrowings)(?:, net)?", section=_FINANCING),
    LineItem("ProceedsFromIssuanceOfLongTermDebt", r"(?:proceeds from )?(?:the )?(?:issuances? of )?(?:long-term|term) (?:debt|borrowings)(?:, net.*)?|long-term borrowings", section=_FINANCING),
    LineItem("RepaymentsOfLongTermDebt", r"(?:re)?payments? (?:of|on) (?:long-term|term) (?:debt|borrowings)(?: and .*)?", _OUT, section=_FINANCING),
    LineItem("RepaymentsOfDebt", r"(?:re)?payments? (?:of|on) (?:debt|borrowings)|debt repayments", _OUT, section=_FINANCING),
    LineItem("PaymentsOfDebtIssuanceCosts", r"(?:payments? of )?debt issuance costs", _OUT, section=_FINANCING),
    LineItem("PaymentsOfDividends", r"(?:payments? (?:of|for) )?(?:cash )?dividends(?: paid)?(?: and dividend equivalents| to (?:share|stock)holders)?", _OUT, section=_FINANCING),
    LineItem("PaymentsForRepurchaseOfCommonStock", r"(?:re)?purchases? of (?:common|treasury) (?:stock|shares)|(?:common )?(?:stock|shares?) repurchase[sd]?(?: program)?", _OUT, section=_FINANCING),
    LineItem("ProceedsFromStockOptionsExercised", r"proceeds from (?:the )?exercises? of stock options", section=_FINANCING),
    LineItem("ProceedsFromIssuanceOfCommonStock", r"(?:proceeds from )?(?:the )?(?:sales?|issuances?) of common (?:stock|shares).*", section=_FINANCING),
    LineItem("PaymentsRelatedToTaxWithholdingForShareBasedCompensation", r"(?:payments? (?:for|of|related to) )?(?:\w+ )?tax(?:es)? (?:related to net share|withh\w+|paid).*", _OUT, section=_FINANCING),
    LineItem("ProceedsFromPaymentsForOtherFinancingActivities", r"other financing activities(?:, net)?|other(?:, net)?", section=_FINANCING),
    LineItem("NetCashProvidedByUsedInFinancingActivities", rf"{_BY} financing activities"),
    LineItem("EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents", r"(?:effects? of )?(?:foreign )?(?:exchange|currency)(?: exchange)?(?: rates?)?(?: changes| fluctuations)?(?: on .*)?|effects? of (?:changes in )?(?:foreign )?(?:exchange|currency) .*"),
    LineItem(_ALL, _CASH_OF_ALL + _BEGIN, edge=Edge.BEGINNING),
    LineItem(_ALL, _CASH_OF_ALL + _END, edge=Edge.END),
    LineItem("CashAndCashEquivalentsAtCarryingValue", _CASH + _BEGIN, edge=Edge.BEGINNING),
    LineItem("CashAndCashEquivalentsAtCarryingValue", _CASH + _END, edge=Edge.END),
    LineItem(f"{_ALL}PeriodIncreaseDecreaseIncludingExchangeRateEffect", r"(?:net )?(?:increase|decrease|change)(?: or decrease)? in cash\b.*"),
    LineItem("InterestPaidNet", r"(?:cash paid (?:during the (?:year|period) )?for:? )?interest(?: paid)?(?:, net of .*)?", section=Section.SUPPLEMENT),
    LineItem("IncomeTaxesPaidNet", r"(?:cash paid (?:during the (?:year|period) )?for:? )?(?:income )?taxes(?: paid)?(?:, net.*)?", section=Section.SUPPLEMENT),
)  # fmt: skip
