"""Words of questions that are no names by themselves: common words, places, acronyms, institutions.

An issuer may have such a name ("Target", "All"). Its place in the question or its letters' case must then show that it
is meant (`app.retrieval.questions.spans`).
"""

from collections.abc import Iterable

from app.quantities.months import MONTH_NAMES
from app.quantities.unit_words import SCALE_WORDS
from app.retrieval.index.lexicon import STOP_WORDS, tokenise

# Common English words, and words of finance. Other forms of a word have the same stem.
_COMMON = """
able above accept access account accounts accrue achieve acquire acquisition action active activity actual add
addition adequate adjust advance advantage advertising affect after again against age agency agree agreement ahead aid
aim air airline all allied allow allowance alone along already also alternative always amend american amount analysis
announce annual another any apart apple apply approach approve april area arise around arrangement art ask assess
asset assume assumption attribute audit auditor authorise available average avoid award aware away back background bad
balance bank banker bar base basic basis bath beat become before begin behind being believe below benefit beside best
better between beyond big bill billion biggest black block blue board body bond book boost boot borrow borrower
borrowing both bottom branch brand break bridge brief bring broad broker brother budget build building bulk burden
business button buy buyback buyer calculate calendar call came can cap capacity capex capital card care carry case
cash cause cell cent central century certain chain chair chairman challenge chance change channel chapter charge chase
cheap check chief child choice choose circle cite citizen city claim class classify clean clear client clinical close
closing cloud club coal coach coast code coffee cold collect collateral color column combine come commercial
commission commit common community company compare comparison compensation compete competition competitor complete
complex comply component compose concentrate concern conclude condition conduct confirm connect consent consider
consist consolidated constant consumer contain content continue contract contribute control convert cool core corner
corporate corporation correct cost council counsel count counter countries country county coupon course court covenant
cover create credit creditor critical cross crown cure currency current customer cut cycle daily data date day deal
dealer debt decade decide decision decline decrease deep default defer define definition degree delay deliver delivery
delta demand deny department depend deposit depreciate derivative describe design detail determine develop difference
different digital dilute direct director discipline disclose discount discuss dispose distribute district diverse
divide dividend division do document dollar domestic door double doubt down draw drew drive driver drop drug due
during duty each early earn earning earnings ease east easy economic economy edge effect effective efficient effort
eight either elect electric element eliminate emerge employ employee empty enable end energy enforce engage enough
ensure enter enterprise entire entity environment equal equipment equity especially establish estate estimate even
event ever every evidence example exceed except exchange exclude executive exercise exhibit exist expand expect
expenditure expense expensive experience expire explain export expose express extend external extra face facility fact
factor fail fair fall family far farm fast favorable fear feature federal fee feel few field fifth figure file filing
fill final finance financial find fine finish fire firm first fiscal fit five fix fixed flat fleet flight flow
fluctuate focus follow food foot force forecast foreign form formal former forward foundation four fourth fraction
frame franchise free freeze fresh from front frontier fuel full function fund future gain game gap gas gave general
generate get give glass global go goal gold good goods goodwill got govern government grade grant graph great green
gross ground group grow growth guarantee guarantor guidance guide half hand handle happen hard harm head headcount
headquarter health hear heavy hedge held help hidden high higher highest hire hit hold holder holding home hope
hospital host hotel hour house household housing hub human hundred idea identify ignore illustrate image immediate
impact impair implement imply import important improve incentive include income increase incur indebtedness indenture
independent index indicate individual industry inflation inform infrastructure initial initiative input inside
instrument insurance insurer intangible integrate intend intensive interest interim intermediate internal
international internet invent inventory invest investment investor invoice involve iron issue issuer item job join
joint journal judge july june jurisdiction just keep key kind king know knowledge known labor lack land large largest
laser last late latest launch law lawsuit lead leader league learn lease least leave led left legal lend lender length
less lessor letter level leverage liability liberty licence license lien life lift light like limit line liquid
liquidity list litigation little live load loan local locate location logic long look lose loss lot low lower lumber
machine made main maintain major majority make man manage management manager manner manufacture many margin mark
market match material matter mature maturity maximum may mean measure measurement media medical medicine meet meeting
member memory mention merchandise merge merger met metal method metric middle might mile military mill million mine
minimum minority minus minute miss mission mix mobile model moderate modern modest moment money month more mortgage
most motor move movement much multiple must name narrow nation national natural nature near necessary need negative
neither net network never new next nine nominee non none nor normal north note notes nothing notice now number object
objective oblige obligation obtain occur off offer offering office officer offset often oil old once one ongoing
online only open operate operating operation operator opinion opportunity option orange order ordinary organic
organise organization orient origin other out outcome outlook output outside outstand outstanding over overall
overhead own owner ownership pacific pack package page paid paper parent park part participate particular partner
partnership party pass past patent path patient pattern pay payable payment payout peak peer penalty pension people
per percent percentage perform performance perhaps period permit person personnel phase phone physical pick piece
pilot pipe pipeline pioneer place plan plant plastic platform play plus point policy pool poor popular population
portfolio position positive possible post potential pound power practice prefer preferred premium prepare present
president press pressure previous price pricing primary prime principal print prior private proceed proceeds process
produce product production profile profit profitable program progress project promise promote proof proper property
proportion propose prospect protect provide provision public publish pull purchase purpose push put qualify quality
quantity quarter quarterly question quick quite quote race rail raise ram range rank rapid rate rather rating ratio
raw reach react read ready real reason receipt receivable receive recent recession recognise recommend reconcile
record recover recovery red reduce reduction refer refinance reflect region register regular regulate regulation
reject relate relation relationship release relevant reliable rely remain remark remove renew rent repair repay
repayment repeat replace report represent repurchase request require requirement research reserve residual resource
respect respective respond response rest restate restaurant restrict restructure result retail retain retention retire
return revenue reverse review revise revolve revolver right rise risk road robust rock role roll room root rose round
route royal royalty rule run safe safety salary sale sales same satisfy save saving say scale schedule science scope
score screen sea season seat second section sector secure security see seek seem segment select self sell seller
senior sense sentence separate serve service session set settle settlement seven several severe shape share
shareholder she sheet shift ship shop short should show side sign signal significant silver similar simple since
single site situation six size skill slow small smart snap so social society software solar sold sole solid solution
solve some son source south space speak special specific speed spend spending spin split spot spread spring sprint
square stable staff stage stake stand standard star start state statement station statistic status stay steady steel
step still stock stockholder stop storage store story straight strategy stream street strength stress strike strong
structure study style subject submit subscribe subscriber subsidiary substantial success such suffer sufficient
suggest suit sum summary summit sun supplier supply support sure surface surplus sustain swap switch system table take
talk tangible target task tax team technical technology tell ten tend term terminate test text than thank thing think
third thousand threat three through throughout thus time title today together told tool top total touch track trade
tradition traffic train tranche transact transaction transfer transform transition transport travel treasury treat
treaty tree trend trial trigger trillion trip truck true trust try turn turnover two type typical ultimate unable
uncertain under underlie underwriter understand unfavorable union unique unit united unless unlike unsecured until up
update upon upper use used user usual utility utilise valuation value various vary vendor venture versus very via view
virtual visa visible volume vote voting wage wait warrant warranty waste watch water wave way weak wealth web website
week weight well west western what wheel where whether while white whole wholesale why wide wind window wire wish
within without woman word work worker workforce working world worth worst would write wrong year yes yet yield young
zero accordance accountant acknowledge ai alliance committee analyst assumptions breakdown briefly cagr cashflow
combined compute covenants disaggregated drivers equivalents excluding explanation gaap geographies geography
headquarters including nominees outline owned please portion profitability provided regarding reported reports
segments shown specifically summarise summarize taken trailing using usd yoy z premier administrative agent answer
address among amongst here does did don hello hi ok decimal additional applicable pro forma
"""

# Acronyms and institutions in questions about any issuer.
_NEVER = """
10-k 10-q 8-k 20-f adr ai apr aro arr aum bps bv cad capex capm cagr cash ceo cet1 cfo chf cme cogs coo cpa cpi cro
cto d&a dcf ddtl dei dio dpo dso ebit ebita ebitda ebitdar ebt epa eps erp esg eu eur eva fasb fcf fda ffo affo fifo
fx fy gaap gbp gdp gmv gp hq hr iasb ifrs ipo irr irs it jpy jv k kpi lbo lifo libor llc llp loi ltm ltv m&a md&a mda
moic mou nav nii nim nol noi non-gaap npl nps npv nyse oci oem opex otc p/e p&l pe peg ppe pp&e pro q qoq r&d rd reit
roa roace roae roce roe roi roic rop rofr rpo rsu s&p sec sg&a sga soc sofr sonia sox ssg sssg tam tbd tcv tev tlb tsr
tv uk un us usa usd vat vie vix wacc wc wip ytd yoy y/y q/q i ii iii iv v vi vii viii ix x a b c d e q1 q2 q3 q4
euribor
"""
_INSTITUTIONS = """
nasdaq moody moody's fitch treasury congress medicare medicaid covid covid-19 brexit deloitte kpmg pwc
pricewaterhousecoopers
"""
_PLACES = """
afghanistan africa alabama alaska albania algeria alps america americas amsterdam andorra angola antarctica apac
arabia argentina arizona arkansas armenia asia asia-pacific atlanta atlantic australia austria azerbaijan bahamas
bahrain baltimore bangladesh barbados beijing belarus belgium belize benin berlin bermuda bolivia bosnia boston
botswana brazil britain brunei brussels bulgaria california cambodia cameroon canada caribbean carolina cayman chad
charlotte chicago chile china colombia colorado congo connecticut croatia cuba cyprus czechia dakota dallas delaware
denmark denver detroit dubai dublin ecuador egypt emea england eritrea estonia ethiopia eurasia europe eurozone fiji
finland florida france frankfurt gabon geneva georgia germany ghana greece greenland guatemala guinea guyana haiti
hampshire hawaii honduras houston hungary iceland idaho illinois india indiana indonesia iowa iran iraq ireland israel
italy jamaica japan jersey jordan kansas kazakhstan kentucky kenya kong korea kuwait laos latam latvia lebanon liberia
libya lithuania london louisiana luxembourg macau madagascar maine malawi malaysia malta maryland massachusetts
mauritius mexico miami michigan milan minnesota mississippi missouri moldova monaco mongolia montana montenegro
morocco mozambique munich myanmar namibia nebraska nepal netherlands nevada nicaragua niger nigeria norway ohio
oklahoma oman ontario oregon oslo pakistan panama paraguay paris pennsylvania peru philadelphia philippines phoenix
poland portugal qatar quebec rhode romania russia rwanda salvador samoa scotland seattle senegal serbia shanghai
singapore slovakia slovenia somalia spain stockholm sudan sweden switzerland sydney syria taiwan tanzania tennessee
texas thailand togo tokyo toronto tunisia turkey uganda ukraine uruguay utah uzbekistan venezuela vermont vietnam
virginia wales washington wisconsin wyoming yemen york zambia zealand zimbabwe zurich african american asian
australian british canadian chinese dutch european french german indian irish italian japanese korean mexican russian
spanish swiss
"""
_COMMON_STEMS = frozenset(tokenise(_COMMON)) | {"it"}
_COMMON_WORDS = frozenset(_COMMON.split())
_NEVER_WORDS = frozenset(_NEVER.split())
_WIDELY_KNOWN = frozenset(_INSTITUTIONS.split())
_PLACE_WORDS = frozenset(_PLACES.split())
_PERIOD_WORDS = frozenset(MONTH_NAMES) | frozenset(SCALE_WORDS) | {f"{word}s" for word in SCALE_WORDS}


def is_function_word(word: str) -> bool:
    """Return whether a word is an article, a pronoun, a preposition or the like."""
    return word.casefold() in STOP_WORDS or word.casefold() in {"all", "any", "each", "both", "so", "am", "he", "she"}


def is_common_word(word: str) -> bool:
    """Return whether a word is common in English or in finance, in any of its forms."""
    folded = word.casefold()
    if folded in STOP_WORDS or folded in _PERIOD_WORDS:
        return True
    terms = tokenise(folded)
    return bool(terms) and all(term in _COMMON_STEMS or not any(map(str.isalpha, term)) for term in terms)


def is_plural_of_common_word(word: str) -> bool:
    """Return whether a word is a common one or its plural. Names may have the stem of one ("bankes" of "bank")."""
    folded = word.casefold()
    return folded in _COMMON_WORDS or folded.removesuffix("s") in _COMMON_WORDS


def is_place(word: str) -> bool:
    """Return whether a word is a country, a state, a large city, or of one of them."""
    return word.casefold() in _PLACE_WORDS


def is_acronym_of_finance(word: str) -> bool:
    """Return whether a word is an acronym of a metric, a standard, a currency or the like."""
    return word.casefold() in _NEVER_WORDS


def is_never_an_issuer(words: Iterable[str]) -> bool:
    """Return whether all words are acronyms of finance, places, periods or institutions that any question may name."""
    folded = [word.casefold() for word in words]
    known = (_NEVER_WORDS, _PLACE_WORDS, _WIDELY_KNOWN, _PERIOD_WORDS)
    return all(any(word in group for group in known) or is_function_word(word) for word in folded)
