"""Action verbs of resumes: base forms here, past forms by rule or from the table of irregular ones."""

from __future__ import annotations

import re

_REGULAR = """
accelerate accomplish achieve acquire adapt address administer adopt advance advise advocate align allocate analyze
analyse apply appraise arrange assemble assess assign assist attain attract audit author automate balance boost brief
calculate calibrate capture catalog chair champion clarify close coach code collaborate collect command communicate
compile complete compose conceive conduct configure consolidate construct consult contribute control convert coordinate
correct create cultivate curate customize debug decrease define delegate deliver demonstrate deploy design detect
develop devise diagnose direct discover dispatch document double draft earn edit educate eliminate enable encourage
enforce engage engineer enhance enlarge ensure establish estimate evaluate examine exceed execute expand expedite
explain explore extend facilitate finalize finance forecast formalize formulate foster found fulfill gather generate
govern guide handle harden headline help hire host identify illustrate implement improve improvise increase influence
inform initiate innovate inspect inspire install institute instruct integrate interpret interview introduce invent
investigate launch lecture leverage license lobby localize log maintain manage map market master maximize measure
mediate mentor merge migrate minimize model moderate modernize modify monitor motivate navigate negotiate nurture
observe obtain onboard open operate optimize optimise orchestrate organize organise originate overhaul own participate
partner perform persuade pilot pioneer place plan position prepare present prevent price prioritize process procure
produce program project promote propose prototype prove provide publish purchase qualify quantify raise rank reach
rebalance receive recommend reconcile record recover recruit redesign reduce reengineer refactor refine reform
register regulate rehabilitate reinforce release remodel renew reorganize repair replace report represent research
resolve respond restore restructure retain retrieve revamp review revise revitalize rotate safeguard sanction save scale
schedule screen script secure segment select serve shape share ship simplify simulate solicit solve sort source
spearhead specialize specify sponsor stabilize staff standardize steer stimulate streamline strengthen structure
submit succeed suggest supervise supply support surpass survey sustain synthesize tailor target test trace track trade
train transcribe transfer transform translate treat triage trim triple troubleshoot tune tutor uncover unify update
upgrade use utilize validate value verify visualize volunteer vaccinate administer chart
abolish amplify animate answer apprehend approve arbitrate archive arrest attend authorize award bake bathe benchmark
bill blend bottle brew broaden broker butcher calm care categorize cater centralize certify check circulate clean
comfort compare connect conserve containerize convince cook correspond count cover craft dedicate deepen defend
dispense display dispose distribute diversify dock drill elevate embed employ empower encrypt energize enroll erect
escalate evacuate excavate exhibit expose extinguish extract fabricate ferment file fill film filter finish fix fold
form frame glaze greet grill guard handcraft harmonize harvest hoist index invest invoice iron issue join label
landscape liaise lift litigate load lower mend minimise mitigate mix mobilize move multiply nominate notify outline
outperform pack package paint patrol personalize photograph pick pitch plate play polish pour practice prep prescribe
preserve profile prosecute protect provision prune quadruple query rebrand recycle refill refurbish relocate remediate
render renovate reorder replenish replicate rescue restock revive rewire rig roast route sanitize scaffold scan scrape
sculpt sequence sew shield showcase sketch slash slice solder spray start steam sterilize stock summarize synchronize
taste tend terminate tighten tour transition transport unblock unload utilise vet visit warn wash weigh welcome weld
widen wire
""".split()

_IRREGULAR = """
bring:brought build:built buy:bought choose:chose cut:cut deal:dealt do:did drive:drove draw:drew find:found
get:got give:gave grow:grew hold:held keep:kept lay:laid lead:led make:made meet:met oversee:oversaw rebuild:rebuilt
rewrite:rewrote run:ran sell:sold send:sent set:set speak:spoke speed:sped spend:spent take:took teach:taught
think:thought undertake:undertook win:won write:wrote beat:beat begin:began bind:bound cast:cast feed:fed fly:flew
hit:hit light:lit put:put ride:rode rise:rose shoot:shot sing:sang uphold:upheld withdraw:withdrew
""".split()

_DOUBLED = frozenset(
    "log map plan program ship submit trim control refer transfer patrol scan vet rig prep enroll embed".split()
)


def _past(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}ed"


_BRITISH = [f"{verb[:-3]}ise" for verb in _REGULAR if verb.endswith("ize")]

ACTION_VERBS = frozenset(
    [
        *_REGULAR,
        *map(_past, _REGULAR),
        *_BRITISH,
        *map(_past, _BRITISH),
        *(form for pair in _IRREGULAR for form in pair.split(":")),
        "programed",
        "troubleshot",
    ]
)
"""Past and base forms, in lower case."""
_PARTS = re.compile("[-/]")
_PREFIXES = frozenset("co cross re de fine up pre".split())
LABEL_WORDS = 4
"""Words of a label before a bullet's sentence, as in "Patient care: Reduced waiting times"."""


def leading_verb(text: str) -> str | None:
    """The action verb a text begins with, as written, also behind one adverb or a short label.

    "Successfully led" gives "led", "Leadership: Led a team" gives "Led".
    """
    label, colon, rest = text.partition(": ")
    starts = [text, rest] if colon and len(label.split()) <= LABEL_WORDS else [text]
    return next((verb for start in starts if (verb := _first_verb(start))), None)


def _first_verb(text: str) -> str | None:
    words = [word.strip(".,:;()[]\"'*_\u201c\u201d\u2018\u2019") for word in text.split(maxsplit=2)[:2]]
    if len(words) == 2 and words[0].casefold().endswith("ly"):
        words = words[1:]
    first = words[0] if words else ""
    parts = _PARTS.split(first.casefold())  # "Led/managed", "Co-led", "Cross-trained"
    return first if parts[0] in ACTION_VERBS or (parts[0] in _PREFIXES and parts[-1] in ACTION_VERBS) else None
