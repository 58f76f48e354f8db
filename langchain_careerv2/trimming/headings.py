"""What the sections of resumes and job ads are called, and which a reader misses least. Data, and its lookup."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

TOP = 90
"""The priority of what a comparison of a resume with a job is about; nothing above is cut before all that is below."""

HEAD = 100
"""The priority of a document's head: who it is from or what the job is."""

PRIORITIES = {
    "legal": 5, "references": 10, "interests": 15, "benefits": 20, "awards": 25, "volunteering": 30, "about": 35,
    "languages": 40, "apply": 45, "other": 50, "education": 55, "certifications": 60, "nice_to_have": 65,
    "projects": 70, "summary": 75, "skills": TOP, "experience": TOP, "responsibilities": TOP, "requirements": TOP,
    "text": TOP, "head": HEAD,
}  # fmt: skip
"""What is cut first has the lowest. One scale for all documents, so that a resume and a job ad are cut side by side;
`text` has no heading, and could be anything."""

ENTRIES = frozenset({"experience", "projects", "education", "volunteering"})
"""Sections whose entries have titles of their own, which look like headings."""

_RESUME = {
    "head": """
        contact; contact details; contact information; personal details; personal information; personal data
        kontakt; kontaktdaten; persönliche daten; persönliche angaben; angaben zur person; zur person
        contact; coordonnées; informations personnelles; état civil; contacto; datos personales
        datos de contacto
        información personal
        """,
    "summary": """
        summary; profile; career profile; about; about me; objective; career objective; career summary
        executive summary; personal statement; highlights; overview; summary of qualifications
        career highlights
        profil; kurzprofil; über mich; zusammenfassung; berufsziel; karriereziel; persönliches profil
        résumé; à propos; à propos de moi; objectif; accroche; présentation
        perfil; sobre mí; resumen; objetivo; acerca de mí; extracto
        """,
    "experience": """
        experience; work experience; employment; employment history; work history; career history; career
        employment experience; positions held; industry experience; practical experience; internships
        job history
        berufserfahrung; berufserfahrungen; beruflicher werdegang; werdegang; berufspraxis; praktische erfahrung
        praktika; berufliche erfahrung; berufliche stationen; erfahrung; erfahrungen; arbeitserfahrung
        berufstätigkeit
        expérience; expériences; parcours; stages; parcours professionnel; emplois; expérience de travail
        experiencia; experiencia laboral; trayectoria; historial laboral; experiencias; prácticas; vida laboral
        """,
    "skills": """
        skills; technical skills; skill set; competencies; competences; expertise; areas of expertise
        technologies
        technical expertise; tools; tech stack; abilities; strengths; core strengths; technical proficiencies
        skillset
        hard skills; soft skills; it skills; computer skills; tools and technologies; programming languages
        know how
        kenntnisse; fähigkeiten; fertigkeiten; kompetenzen; fachkenntnisse; it kenntnisse; edv kenntnisse
        stärken
        besondere kenntnisse; fachkompetenzen; technische kenntnisse; programmierkenntnisse; edv
        compétences; savoir faire; compétences techniques; compétences informatiques; informatique; outils
        atouts
        competencias; habilidades; aptitudes; conocimientos; competencias técnicas; conocimientos técnicos
        destrezas
        informática; conocimientos informáticos; herramientas; capacidades
        """,
    "projects": """
        projects; personal projects; side projects; portfolio; open source; case studies; project experience
        projekte; projekterfahrung; eigene projekte; projektliste; projets; projets personnels; réalisations
        proyectos; proyectos personales
        """,
    "certifications": """
        certifications; certificates; licenses; licences; licensure; training; courses; credentials
        professional development; courses and training; continuing education; registrations; trainings
        accreditations
        zertifikate; zertifizierungen; weiterbildung; weiterbildungen; fortbildung; fortbildungen; führerschein
        lehrgänge; schulungen; kurse; scheine; qualifikationen; zusatzqualifikationen; fort weiterbildung
        certificats; habilitations; formation continue; formations complémentaires; permis
        certificaciones; certificados; cursos; formación complementaria; permisos; carnets
        """,
    "education": """
        education; academic background; educational background; qualifications; studies; degrees; schooling
        academic qualifications; academic history; education and qualifications; academic education
        ausbildung; bildung; bildungsweg; studium; schulbildung; akademischer werdegang; schulischer werdegang
        bildungsgang
        hochschulbildung; schule; akademische ausbildung; schulausbildung; berufsausbildung
        formation; formations; diplômes; études; éducation; cursus; scolarité; parcours scolaire
        formación; formación académica; estudios; educación; titulación; historial académico; títulos
        """,
    "languages": """
        languages; language skills; foreign languages; language; sprachen; sprachkenntnisse; fremdsprachen
        langues; langues étrangères; compétences linguistiques; idiomas; lenguas; lengua
        """,
    "volunteering": """
        volunteering; volunteer; volunteer experience; volunteer work; community; community service
        voluntary work; charity; extracurricular activities; community involvement; leadership and volunteering
        ehrenamt; ehrenamtliches engagement; engagement; ehrenamtliche tätigkeit; ehrenamtliche tätigkeiten
        gesellschaftliches engagement; soziales engagement; bénévolat; vie associative; engagements
        associations
        activités extra professionnelles; voluntariado; actividades extracurriculares
        """,
    "awards": """
        awards; honors; honours; publications; achievements; accomplishments; patents; talks; presentations
        scholarships; papers; conferences; memberships; affiliations; speaking; prizes; professional memberships
        auszeichnungen; preise; veröffentlichungen; publikationen; vorträge; patente; stipendien
        mitgliedschaften
        prix; distinctions; récompenses; brevets; conférences; bourses
        premios; reconocimientos; publicaciones; logros; patentes; becas; méritos; conferencias; ponencias
        """,
    "interests": """
        interests; hobbies; personal interests; activities; leisure; pastimes; hobbies interests
        hobbys; interessen; freizeit; persönliche interessen; freizeitaktivitäten; interessen hobbys
        intérêts; loisirs; centres d'intérêt; centre d'intérêt; passions; hobbies; divers
        intereses; aficiones; pasatiempos; tiempo libre
        """,
    "references": """
        references; referees; reference; references available upon request; references on request; testimonials
        referenzen; empfehlungen; références; recommandations; referencias; recomendaciones
        """,
}
_JOB = {
    "head": """
        job details; at a glance; key facts; position details
        auf einen blick; eckdaten; stellendaten; datos clave
        """,
    "summary": """
        summary; job summary; position summary; overview; job overview; role; job; position; about role
        about job; about position; job purpose; purpose; purpose of role; job description; position overview
        role overview
        role summary; description; opportunity; introduction; role purpose; job profile; about opportunity
        about team; team
        stellenbeschreibung; stelle; über die stelle; zusammenfassung; einleitung; rolle; stellenprofil
        position; beschreibung
        poste; description de poste; descriptif de poste; contexte; présentation de poste; résumé
        à propos de poste
        puesto; descripción de puesto; sobre puesto; resumen; descripción; oferta; descripción de oferta
        sobre rol
        """,
    "responsibilities": """
        responsibilities; duties; tasks; accountabilities; what you'll do; what you will do; what you do
        what you'll be doing; what you will be doing; day to day; your day; duties and responsibilities
        in this role you will
        job responsibilities; job duties; essential duties; essential functions
        essential duties and responsibilities
        essential job functions; scope of work; your impact; impact you'll have; mission; principal duties
        roles and responsibilities; what you'll work on; activities; you will; a typical day
        how you'll spend your time
        aufgaben; aufgabengebiet; tätigkeiten; aufgabenbereich; das erwartet dich; das erwartet sie
        was dich erwartet
        was sie erwartet; das machst du; was du machst; tätigkeitsbeschreibung; aufgabenschwerpunkte
        verantwortung
        aufgaben bei uns; das sind deine aufgaben; tätigkeit; einsatzgebiet; deine mission; dein job
        missions; tâches; responsabilités; activités; attributions; fonctions; missions principales; quotidien
        missions de poste; ce que vous ferez; au quotidien
        responsabilidades; funciones; tareas; qué harás; lo que harás; funciones principales; misión; cometidos
        funciones de puesto; qué vas a hacer; tu día a día; tu misión
        """,
    "requirements": """
        requirements; qualifications; required qualifications; minimum qualifications; basic qualifications
        skills
        what we're looking for; what we are looking for; who you are; about you; what you'll need; what you need
        you have
        what you bring; what you'll bring; must have; must haves; essential criteria; person specification
        profile; experience
        required skills; education; required experience; skills and experience; candidate profile; you bring
        essential
        job requirements; knowledge skills; knowledge skills abilities; minimum requirements; ideal candidate
        languages
        education and experience; technical skills; who we're looking for; who we are looking for; we expect
        you
        profil; anforderungen; qualifikationen; qualifikation; das bringst du mit; das bringen sie mit
        was du mitbringst
        was sie mitbringen; voraussetzungen; du bringst mit; sie bringen mit; anforderungsprofil; kenntnisse
        wir erwarten
        fachliche anforderungen; wir suchen; das zeichnet dich aus; das zeichnet sie aus; du bist; du hast
        das wünschen wir uns
        damit überzeugst du; womit sie uns überzeugen; erwartungen; mindestanforderungen; wen wir suchen
        profil recherché; compétences; exigences; qualifications; prérequis; compétences requises; formation
        candidat
        vous; profil souhaité; qui êtes vous; ce que nous recherchons; expérience; nous recherchons; langues
        requisitos; perfil; perfil buscado; requisitos mínimos; qué buscamos; lo que buscamos; qué necesitas
        buscamos
        experiencia; conocimientos; perfil requerido; formación; se requiere; requisitos imprescindibles
        habilidades; idiomas
        competencias; imprescindible
        """,
    "nice_to_have": """
        nice to have; nice to haves; preferred qualifications; preferred; bonus; bonus points; desirable; pluses
        desirable criteria; preferred skills; a plus; desired; desired skills; desired qualifications
        good to have; plus
        preferred experience; bonus skills; it would be great if; extra credit; advantageous
        von vorteil; wünschenswert; idealerweise; pluspunkte; wäre schön; das wäre toll; nice to have; ein plus
        gern gesehen; schön wäre; zusätzlich von vorteil; optional
        les plus; atouts; souhaité; un plus; serait un plus; apprécié; plus; atout
        se valorará; deseable; valorable; requisitos deseados; requisitos deseables; se valora; plus
        puntos extra
        valoramos; conocimientos deseables
        """,
    "about": """
        about; about us; about company; who we are; company; our company; company overview; company description
        us
        about employer; our story; about organisation; about organization; our mission; our values; mission
        values; culture
        company profile; our culture; life at; why us; why join us; our team; organisation; background
        department
        über uns; wir über uns; wer wir sind; unternehmen; das unternehmen; das sind wir; wir; firmenprofil
        arbeitgeber
        unternehmensprofil; über das unternehmen; wir sind; unternehmensbeschreibung
        qui sommes nous; à propos; à propos de nous; entreprise; l'entreprise; présentation de l'entreprise
        société; la société
        présentation de la société; à propos de l'entreprise; notre histoire; nos valeurs; nous
        quiénes somos; sobre nosotros; empresa; la empresa; acerca de nosotros; nosotros; descripción de empresa
        sobre la empresa; conócenos
        """,
    "benefits": """
        benefits; perks; what we offer; we offer; compensation; salary; pay; rewards; compensation and benefits
        offer
        what you'll get; what you get; what's in it for you; salary and benefits; remuneration; pay range
        salary range; perks
        why you'll love working here; why work with us; what we can offer you; package; conditions
        working conditions
        wir bieten; das bieten wir; das bieten wir dir; das bieten wir ihnen; was wir bieten; vorteile
        leistungen; benefits
        was wir dir bieten; was wir ihnen bieten; angebot; wir bieten dir; wir bieten ihnen; vergütung; gehalt
        konditionen
        deine vorteile; darauf kannst du dich freuen; darauf können sie sich freuen; arbeitgeberleistungen
        freu dich auf
        avantages; ce que nous offrons; nous offrons; rémunération; nous vous offrons; conditions; offre
        salaire
        ce que nous proposons; nous proposons; avantages sociaux; pourquoi nous rejoindre; conditions de travail
        ofrecemos; qué ofrecemos; beneficios; lo que ofrecemos; condiciones; salario; ventajas; retribución
        te ofrecemos
        se ofrece
        """,
    "apply": """
        how to apply; apply; application; application process; apply now; hiring process; interview process
        contact
        next steps; to apply; recruitment process; selection process; contact us; interested; process
        closing date; deadline
        so bewirbst du dich; so bewerben sie sich; bewerbung; bewerbungsprozess; kontakt; jetzt bewerben
        ansprechpartner
        interesse; interessiert; bewirb dich; bewirb dich jetzt; haben wir ihr interesse geweckt
        ansprechpartnerin
        haben wir dein interesse geweckt; bewerbungsverfahren; bewerbungsfrist; nächste schritte
        pour postuler; postuler; comment postuler; candidature; processus de recrutement; contact; intéressé
        candidatures
        cómo inscribirse; cómo aplicar; cómo postular; inscripción; candidatura; proceso de selección; contacto
        interesado
        te interesa
        """,
    "legal": """
        equal opportunity; equal opportunity employer; equal opportunities; eeo; eeo statement; eoe; diversity
        inclusion
        diversity inclusion; equal employment opportunity; privacy; privacy notice; legal; disclaimer
        accommodations
        equal opportunity statement; diversity statement; data protection; reasonable accommodation
        diversity equity inclusion
        background check; legal notice; accessibility; our commitment to diversity; e verify; equality
        datenschutz; chancengleichheit; vielfalt; gleichstellung; diversität; rechtliche hinweise; hinweis
        hinweise
        datenschutzhinweis; schwerbehinderung
        égalité des chances; diversité; confidentialité; mentions légales; handicap; rgpd
        protection des données
        igualdad de oportunidades; diversidad; protección de datos; aviso legal; privacidad; igualdad; inclusión
        """,
}
_EITHER = {
    "other": """
        additional information; miscellaneous; availability; work authorization; military service; security clearance
        schedule; location; working hours; physical demands; physical requirements; work environment; travel; salary
        sonstiges; verschiedenes; verfügbarkeit; wehrdienst; arbeitszeit; arbeitsort; standort
        informations complémentaires; divers; disponibilité; lieu; horaires
        otros datos; información adicional; disponibilidad; ubicación; horario; varios
        """,
}
"""Known, and in the middle all the same."""
_RESUME_PARTS = {
    "experience": "experien erfahrung career employment werdegang laufbahn trayectoria parcours emploi",
    "skills": "skill competen kompeten proficien kenntnis fahigkeit expertise technolog habilidad conocimiento savoir",
    "projects": "project projekt projet proyecto",
    "summary": "profil perfil summary objective objetivo",
    "certifications": "certif zertif licen weiterbild fortbild training course kurse curso",
    "education": "educat studi degree diplom academ akadem formac formation ausbildung estudio",
    "languages": "language sprach langue idioma",
    "volunteering": "volunt ehrenamt benevol associati communit engagement",
    "awards": "award achieve publica publik honour prize auszeichn distinction premio membership affiliation",
    "interests": "hobb interest interess leisure freizeit loisir aficion",
    "references": "refere empfehl",
}
_JOB_PARTS = {
    "responsibilities": "responsib duties task aufgabe tatigkeit erwartet wartet mission tache"
    " tarea funcion hacer haras",
    "requirements": "require qualif skill experien competen criteria bring anforder voraussetz erfahrung"
    " kompeten profil exigenc recherch requisit perfil pedimos buscamos",
    "nice_to_have": "nice prefer desirab bonus vorteil wunschenswert wenn_du atout plus valorar deseab puntos",
    "apply": "apply applic bewerb bewirb postul candidat contact kontakt",
    "about": "about_us who_we company unternehmen wer_wir uber_uns entreprise societe sommes empresa somos",
    "benefits": "benefit offer perk salary bieten vergutung gehalt offrons avantage remuner ofrec beneficio salario",
    "legal": "equal divers privacy datenschutz chancengleich egalite confidential igualdad",
}
"""Parts of words that give away what a heading is that nobody listed."""
_FILLERS = frozenset(
    # what stands before a heading, or joins two, and says nothing: "My professional experience" is "experience"
    """my our your their the a an of at professional key core main selected relevant additional other further recent
    and und et y e i dein deine deinen deiner ihr ihre ihren ihrer unser unsere mein meine meinen der die das den des
    vos votre nos notre mes mon ma le la les l d du de tus tu sus su nuestro nuestra nuestros mi mis el los las del
    beruflich berufliche professionnel professionnelle professionnelles professionnels profesional profesionales
    principales sonstige weitere autres otros otras""".split()
)
_JOINED = re.compile(r"[&/,+|]|\b(?:and|und|et|y|e|or|oder|ou|sowie)\b")


def normal(heading: str) -> str:
    """The heading in small letters without accents."""
    if heading.isascii():
        return heading.lower()
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def _words(heading: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", heading))


def _core(heading: str) -> tuple[str, ...]:
    words = _words(heading)
    return tuple(word for word in words if word not in _FILLERS) or words


@cache
def _table(kind: str) -> dict[tuple[str, ...], str]:
    tables = {"resume": [_RESUME, _EITHER], "job_description": [_JOB, _EITHER]}.get(kind, [_RESUME, _JOB, _EITHER])
    names = [
        (normal(alias), name)
        for table in tables
        for name, aliases in table.items()
        for alias in re.split(r"[;\n]", aliases)
        if alias.strip()
    ]
    names.sort(key=lambda each: -PRIORITIES[each[1]])  # where a name means two things, what is cut later
    found: dict[tuple[str, ...], str] = {}
    for key in (_words, _core):  # "our mission" before "mission"
        for alias, name in names:
            found.setdefault(key(alias), name)
    return found


@cache
def _parts(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    tables = {"resume": [_RESUME_PARTS], "job_description": [_JOB_PARTS]}.get(kind, [_RESUME_PARTS, _JOB_PARTS])
    names = [(name, re.compile(parts.replace(" ", "|").replace("_", " "))) for t in tables for name, parts in t.items()]
    return tuple(sorted(names, key=lambda each: -PRIORITIES[each[0]]))


def guessed(heading: str, kind: str) -> str | None:
    """The section that a heading is about which is no known name: of several, the one that is cut last; or None."""
    plain = " ".join(_words(normal(heading)))
    return next((name for name, part in _parts(kind) if part.search(plain)), None)


def canonical(heading: str, kind: str, *, sure: bool) -> str | None:
    """The section that goes by this heading, or None.

    Args:
        heading: A line's words, without what marks it as a heading.
        kind: `resume`, `job_description`, or anything else for both.
        sure: The line is marked as a heading, so that one known part ("Awards and walks") is enough.
    """
    table, plain = _table(kind), normal(heading)
    if whole := table.get(_words(plain)) or table.get(_core(plain)):
        return whole
    parts = [table.get(_core(part)) for part in _JOINED.split(plain) if part.strip()]
    known = [part for part in parts if part]
    if not known or (len(known) < len(parts) and not sure):
        return None
    return next((part for part in known if PRIORITIES[part] >= TOP), known[0])
