"""The router's rules, in order: what is looked for in a question, and what it is then about.

How to read it. In a pattern `<pay>` is a phrase of that list in `words.py`, `<earn|get>` of one of two, and other words
are meant as they stand; `..` skips up to twelve words of the same sentence, `&` joins what may stand anywhere, commas
part alternatives, `?` is a question mark. The rules are tried from the top: what is to be written, compared or searched
comes before pay, coaching about pay before its figures, and what only hints at a topic last. The first rule that fits
gives the label, and its name is the reason.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One row of the table.

    Attributes:
        name: The reason that an answer gives.
        label: What the question is about where a pattern fits.
        patterns: What is looked for.
        unless: What must not occur.
    """

    name: str
    label: str
    patterns: str
    unless: str = ""


RULES = (
    Rule(
        "which words a tracking system wants",
        "ats_keywords",
        "<ats> & what|which|welche|quels|quelles|que|cuales terms|words|keywords|begriffe|worter|mots|termes|palabras",
    ),
    Rule(
        "how well a person fits",
        "job_resume_match",
        """how|wie|que well|closely|gut|bien .. <match> .. <job> & <person>,
        does|do|would|is|will my .. <match> .. <job>,
        abgleich & *profil, me falta|faltan|manque|manquent .. <job> & <cv>""",
        "<find> .. <who>, <edit> .. <cv>, <sum> .. <pay>, <ats>, <terms>",
    ),
    Rule(
        "keywords for a tracking system",
        "ats_keywords",
        "<ats> & <terms>, <machine> .. <terms>, <terms> .. <machine>, <terms> & <machine> & <reads>",
        "<match> .. <job> & <cv> & <job>",
    ),
    Rule(
        "what a tracking system reads",
        "ats_keywords",
        "<ats> & <reads>, <machine> .. <reads>, <reads> .. <machine>, <ats>",
        "<cv> & <put> bullet*, <cv> & <match> & <job>, <we> & <find|create>, ats or recruiter",
    ),
    Rule(
        "keywords of a job",
        "ats_keywords",
        """<keyword> .. <cv|jd|posting|who>, <cv|jd|posting|who> .. <keyword>, <keyword>
        for|fur|pour|para|de|of|esta|this, <terms> .. recruiters, recruiters .. <terms>, <terms> & search*""",
        "bullet*, accroche, <sum> .. <pay>",
    ),
    Rule(
        "fit of a person and a job",
        "job_resume_match",
        """<match> .. <job> & <person>, <job> .. <match> & <person>, <match> .. <person> & <job>, <person> ..
        <match> & <job>, am i .. qualified, overqualified, good fit, fit score, fit analysis, gap analysis, % match,
        percent* match, match .. %|percent*|prozent|procent*, %|percent*|prozent .. <match> .. <job>, meet ..
        requirements, requirements .. missing, <cv> & <posting> & ?, job : & me, <posting|job> : & <person> :, they
        need|want .. i have|ve, piden & yo tengo, des deux profils, encaj*, adequation, doy el perfil, do i qualify,
        cumplo, compare me, if i match, shortlist*, what it takes for""",
        """<find> .. <who> & <we>, <letter>, <edit> .. <cv>, <edit|create> .. <jd>, hiring .. plan, <sum> .. <pay>,
        <pay> .. <sum>, <how much> .. <earn>, <ballpark>, <keyword>, <seek>, <cv> & <put> .. <cv>, <offered> ..
        #money & #money .. <fair>, <market>, <more>""",
    ),
    Rule(
        "asks for a job description",
        "job_description",
        """<edit|create> & <jd>, <jd> for|pour|fur|para|:|de, <edit|create> .. <posting>, <posting> ..
        <edit|create>, <duties> and|und|et|y <duties>, <duties> & <advertise>, <duties> .. <posting>, <posting> ..
        <duties>, <edit|create> .. <duties>, <duties> .. <jd>, description for, <edit> & <posting>, <posting> &
        <who> & <create>, <posting> & <put> & <we>, <advertise> & <edit|create>, we need|are looking for a|an &
        <edit>, suchen|cherchons|buscamos & <edit>""",
        """<how much> .. <earn>, <what> .. <pay> .. ?, <letter>, <cv>, i saw, looking at, <count> .. <posting|jd>,
        <market> & ? & <count|now|wants>, <coach>, rechaz*, <find> .. <who> & <task|manner>""",
    ),
    Rule(
        "asks for a resume",
        "resume_guidance",
        """<edit|put> & <cv>, bullet point*, <cv> :, <edit|put> & <cv part>, <cv part> & <cv>,
        <cv> & <task|manner|create>""",
        "<how much> .. <earn>, <sum> .. <pay>, <letter>, <jd>",
    ),
    Rule(
        "another task",
        "other",
        "<letter|interview>",
        """<how much> .. <earn>, <we> & <find>, <recruit|sourcing>, <sum> .. <pay>, <pay> .. <sum>, <what> .. range,
        fourchette, <market> & ?, <cv>, <jd>""",
    ),
    Rule(
        "one's own pay",
        "other",
        """<my pay>, <coach> & <task|manner|explain|edit>, <what> .. <coach>, <task|manner> .. <pay>, <legal> &
        <pay|earn>, <coach>""",
        """<how much> .. <earn> & <who>, #money & <fair>, #n & <unit> & <fair>, what number, <ballpark>, <more> &
        <who>, <sum> <pay>, <what> .. range|rate|band, what should it be, <recruit|sourcing>, <market>, am i
        underpaid, <we> & <cannot>, <find> .. <who>, <who> <find>, <how much>
        should|can|could i""",
    ),
    Rule(
        "how much someone earns",
        "salary",
        """<how much> .. <earn|pay|unit|get>, <earn|pay|unit|get> .. <how much>, <how much> more|bump, <how much> ..
        #money, what .. budget .. <pay>, quel budget salarial""",
        """<explain>, <cv>, <jd>, <sourcing>, <price|cost>, <match> .. <job>, combien de
        postes|candidats|offres|personnes""",
    ),
    Rule(
        "what someone costs",
        "salary",
        "<how much|what> .. <cost> .. <who>, was <cost> .. <who>",
        "<jd>, <sourcing>, <letter>",
    ),
    Rule(
        "what someone earns",
        "salary",
        """what a|an * makes|earns, what a|an * * makes|earns|gets paid, what do|does * make|earn|charge,
        what do|does * * make|earn|charge, combien .. payer|verser,
        was|viel|wieviel muss|soll|sollte|kann ich|man|wir .. zahlen|bezahlen, <what> .. <earn|pay|ballpark>,
        was <earn>, was kann|konnte|soll|sollte|darf|wurde .. <earn>, wie
        ist|sieht|steht|sind|liegt .. <pay>, wie * der|die|das <pay>, que <earn|pay>, que le|les|se|te|me|suele
        <earn|pay>, <earn> quoi|koi|que, <earn> .. quoi|koi, what
        do|does|did|would|can|could|should|will|might|are|is|s .. <who> .. <get>, <what> ..
        give|gives|offer|offers|start|starts .. <who>, <what> .. <get> .. <unit>, was .. <get> & <who|unit>, was
        bekommt|kriegt|bekommen|kriegen ein|eine|man|der|die|du, <what> .. <who> on, what do|does|would|can|could ..
        make|get|making ?, what .. it now in, <earn> .. #money, que <get> .. <who>, <sum> .. accept""",
        "<explain>, <legal>, <jd>, <cv>, <recruit|sourcing>, <we> & <find>",
    ),
    Rule(
        "the usual pay",
        "salary",
        """<sum> .. <pay|earn>, <pay|earn> .. <sum|unit>, <ballpark>, <sum> & <unit> & <get|who>, <unit> & <fair> &
        #n, #n a|an|per|die|de|la hour|stunde|l|hora, <sum> .. <who> & <now|unit>""",
        "<explain>, <legal>, <jd>, <cv>, <recruit|sourcing>, <we> & <find>, <task|manner> & <coach>",
    ),
    Rule(
        "the best paid",
        "salary",
        "<more>, rich, wealthy, bekomm*|krieg*|verdien* .. mehr|weniger",
        "<we> & <find>, <find> .. <who>, <recruit|sourcing>, <task|manner>, <explain>, <coach>",
    ),
    Rule(
        "whether an amount is fair",
        "salary",
        """#money & <fair|unit|earn>, #money ?, <offered> .. #money, #n .. <unit> & <fair>, underpaid, make|makes
        #money, thousand|grand|million & <fair>, #money & <pay|who|work> & ?, #n .. brutto|netto|net|brut|limpios""",
        """<cv|cv part>, <jd>, <legal>, <recruit|sourcing>, <we> & <find>, budget, <task|manner>, <posting> &
        <edit|create>, <duties|terms>, <qualify>""",
    ),
    Rule(
        "recruiting",
        "recruiting_strategy",
        """<sourcing>, how do .. <find> .. <who>, <find> .. <who> & <we>, comment|como|wie <find> .. <who>, <we> &
        <cannot>""",
        """<cv>, <jd>, find out, <other side>, <market> & ? & <now|count>, <what> <employers|places|work>, <my pay>,
        interview question*, <explain>""",
    ),
    Rule(
        "facts of the labour market",
        "market",
        """<work|who|employers> .. <grow>, <grow> .. <work|employers>, <employers> .. <wants>, <wants> ..
        <employers>, <count> .. <work|who|wants>, how long .. find|land|rehired|unemployed|out of|search*|hire, wie
        lange .. stelle|job|arbeit, cuanto tarda .. trabajo|curro|empleo, combien de temps ..
        emploi|boulot|travail|poste, combien .. offres|postes|candidats, <employers> .. hire|hires, <grow> .. <now>,
        <now> .. <grow>, how competitive|crowded|hard|tough|tight, <who|work|employers> .. <fate>, <fate> ..
        <who|work>, <grow> .. <fate>, are|is .. hiring|recruiting, <seek>, <work> .. <wants> .. <count>, <places> ..
        <wants|grow|fate>, enough|genug|suficientes|many|viele <who>, assez|trop de <who>, <what> <places> .. <who>,
        still needed|wanted, <skill> .. most|valuable|useful|employers, <market>""",
        """<cv>, <jd>, <we> & <find>, <recruit> & <we>, <task>, <coach>, <letter>, <posting> & <edit|create>,
        <explain>, <find> .. <who> & <we|task>, strateg* .. <find>, <sourcing>, <interview>, <edit|create> .. post,
        <we> & <posting>,
        <put> .. <cv part>""",
    ),
    Rule(
        "hiring people",
        "recruiting_strategy",
        """<recruit> & <we|task|manner|who>, <find> .. <who>, <who> <find>, finde ich <who>, i need #n,
        plan & <who>, <recruit>,
        <we> & <find>,
        <we> & <who> & <task|manner>""",
        "<cv>, <jd>, find out, <other side>, <coach> & <task|manner>, <letter>, interview question*, <explain>, myself",
    ),
    Rule(
        "what job ads ask for",
        "market",
        "in|dans|en <jd>, in|dans|en * <jd>, in * * <jd>",
        "<edit|create|we|me>, <terms>",
    ),
    Rule("a job description", "job_description", "<jd>, <posting> & <we>"),
    Rule("a resume", "resume_guidance", "<cv>"),
    Rule(
        "pay named in few words",
        "salary",
        "<pay>, <earn> & #money",
        """<task|manner>, <coach>, <legal>, <explain>, <we>, <letter|interview>, <posting|duties|terms>,
        <put|edit> .. <cv part>, <match> .. <job>""",
    ),
    Rule("courtesy", "small_talk", "<courtesy>, <about you>"),
    Rule(
        "probably pay",
        "salary",
        "#money & ?, <unit> & <who>, <unit> ?, <money> & ?",
        """<task|manner>, <coach>, <legal>, <explain>, <we>, <letter|interview>, <price>, <jd>, <match> .. <job>,
        <edit|create>, <posting|duties|terms|cv part|cv>, job, quoted text""",
    ),
    Rule(
        "probably the market",
        "market",
        "<jobs|employers> .. ?, <now> & <work|who> & ?",
        """<task>, <coach>, <legal>, <explain>, <we>, <letter|interview>, <price>, <cv|cv part>, <jd>, <me>,
        <posting|duties|terms>, <match> .. <job>, <edit>, <find>, advertise, quoted text""",
    ),
)
