"""The router's vocabulary: lists of words and phrases in English, German, French and Spanish.

A list names its phrases with a comma between two. `salar*` is any word that begins so, `*lohn` one that ends so,
`*lohn*` one that has it anywhere, `*` alone any word; `do|does` is either word, `..` skips up to twelve words. Small
letters, no accents; hyphens, apostrophes and slashes part words. `#money` stands for an amount such as 60k, $45 or
52,000 EUR, `#n` for any other number, `#role` and `#idiom` for what `MASKS` take out.
"""

WORDS = {
    # Pay: what it is called, how people get it, how they ask for the figure.
    "pay": """salar*, salrio*, sallar*, salry, wage, wages, pay, paycheck*, earnings, income, incomes, compensation,
        comp, tc, ote, stipend*, going|market|day|hourly|daily|overtime|base rate*, rate per, rates for, rate
        for, cents per mile|word, bonus, bonuses, commission percentage*|rate*, equity grant*, rsu, rsus, stock
        options, package, packages, pocket money, tips, dough, cash, *gehalt*, *lohn, *lohne, lohn*,
        *verdienst*, verdinst, entgelt*, *vergutung*, bezahlung, besoldung*, *bezuge, sold, *tagessatz*,
        *stundensatz*, honorar*, *tarif, tvod*, pramie*, provision*, weihnachtsgeld, urlaubsgeld, trinkgeld*,
        kohle, knete, salaire*, remuner*, paie, paye, tjm, smic, revenu, revenus, honoraires, prime, primes,
        taux horaire|journalier, gratification*, solde de base, traitement net|brut, grille indiciaire, sueldo*,
        paga, pagas, retribucion*, nomina, ingresos, tarifa*, jornal*, smi, bono, bonos, aguinaldo, propinas,
        earn, earns, earner*, get|gets|getting|be|been|are|is paid, verdien*, gagnent, gagne t, touchent, ganan,
        gana, cobran, cobra, welch* brutto|netto, starts|start|starting at|on|around #n|#money, que le queda,
        money wise, clear half|six|over|#money|#n, band #n, gs #n, be making|earning|charging, *einkommen*,
        einkunft*, entlohn*, vergutet, gage*, zulage*, zuschlag*, auf die hand, eingruppier*, tv l, eg #n,
        tarifs, tariflich*, indemnite*, interessement, ingreso, ganancia*, mileurista*, en mano, complementos,
        trienios, per diem, retainer, allowance, precio por hora, precio por dia, tarifa por hora, prix de l
        heure, hourly price, prix horaire""",
    "earn": """earn, earns, earning, paid, pay, pays, paying, bring|brings|bringing|take|takes|taking home,
        bring|brings in, rake|rakes|raking in, pull|pulls|pulling in|down, pull #money, pocket, gross, net,
        clears, clearing, shell|shells out, fork|forks out|over, bill, bills, charge, charges, command,
        commands, fetch, fetches, compensated, rack up, bank account, verdien*, kassier*, einstreich*, streicht,
        zahlt, zahlen, bezahlt, bezahlen, abrechnen, gagn*, touche, touches, toucher, touchent, empoch*,
        emarge*, percoi*, percev*, paient, payes, payee, payent, payer, facturer, facture, facturent, gana,
        ganan, ganar*, gano, ganas, ganando, gane, cobr*, pagan, pagar, percib*, saca, sacan, sacar, sacarse,
        forra*, facturar, se lleva|llevan, take|takes|taking in, pagarle*, pagarles""",
    "get": """get, gets, getting, make, makes, making, give, gives, offer, offers, ask for, asking, see, expect,
        land, be|is|are|s|start|starts|starting on, start|starts|starting at|off|out, go|goes for, worth, walk away
        with, end up with, left over, cost me|us, quote, count on, bekomm*, krieg*, nehme, nehmen, nimmt, verlang*,
        bleibt, bleiben, gibt, gibts, geben, liegt, drin, springt, ansetzen, aufrufen, rechnen, abgreif*, startet,
        starten, einsteig*, steigt, ubrig, hat, donne, donnent, verse, versent, prend*, demander, vaut, tourne*,
        rapport*, debute*, commence*, demarre*, reste*, attendre, propose*, se fait|font|faire, grimpe, a la fin, fin
        de mois, pide*, pido, pedir, empieza*, arranca*, lleva*, entra*, queda*, le sale, salen, esta la hora,
        ofrec*, suelta*, dan, recib*, cae, start|starts you|them|people, aufs konto, kommt da|dabei, se|me paga,
        springt .. raus|rum, rauszuholen, accept, demande, demandent""",
    "how much": """how much, how big, how high, how low, how fat, how generous, wie viel, wieviel, wie hoch, wie gut,
        combien, cuanto, cuanta, a como, que tan bien, how well, how many dollars|euros|pounds|figures|bucks|grand,
        how rich""",
    "what": """what, whats, which, who, tell me, any idea, welch*, wer, quel*, quoi, koi, qui, cual, cuales, quien,
        quienes""",
    "sum": """average, avg, mean, typical, typically, usual, usually, normal, going, minimum, maximum, entry
        level|lvl, starting, range, ranges, band, bands, bracket, scale, figure, figures, amount, number, numbers,
        benchmark*, roughly, expect, expected, expecting, realistic*, top of, top end, high end, low end, fair, first
        year, durchschnitt*, im schnitt, *ublich*, *spanne, rahmen, zahl, zahlen, betrag, ungefahr, circa, ca,
        realistisch*, orientierung, mindest*, einstieg*, prozent, rund, so etwa, im mittel, moyen*, median*,
        fourchette*, montant, habituel*, environ, a peu pres, generalement, d habitude, debutant*, debut de carriere,
        a combien, medio, media, promedio, rango*, banda*, horquilla*, cifra*, monto, habitual*, aproximad*, mas o
        menos, alrededor, orientativ*, minimo, maximo, suele, suelen, ronda, rondan, porcentaje, lowest, highest,
        percentage""",
    "ballpark": """ballpark, going rate, percentile, number on it|that|this, number on the offer, dollar
        amount|figure, six|seven figure*, figures are we, total comp*, what number|hourly, the number nowadays,
        kind|kinda|sort|type of money, kinda|good|decent|serious money, big bucks, starting money, money in, money
        is, money like in, earning potential|power, financially, make a living, enough to live, live on|off, mean
        in|for pounds|dollars|euros, in dollars|pounds ?, living wage, minimum wage, hausnummer, grossenordnung, pi
        mal daumen, finanziell, leben kann, reich werd*, mindestlohn*, brutto|netto im|pro, ordre de grandeur,
        fourchette, en vivre, vivre de, vit bien, vivre bien, en euros ?, horquilla, cifra* anual*|mensual*,
        banda|rango salarial, que rango, vivir de, pasta, forran, forra, salario minimo, sueldo minimo, top end,
        upper end, that|it in dollars|pounds|euros, eine zahl nennen, was ist da ublich, what figure|amount|sum, by
        what percentage, welchen preis, rate card, the money compare, fair cut|fee|price|split, figures for, how
        loaded, vive bien, por|a cuanto, auf wie viel, pour combien, should i be making|earning|charging|asking,
        should i|we pay a|an""",
    "unit": """hourly, yearly, monthly, weekly, annually, annual, per annum, a|an|per|each|every|the
        hour|year|month|day|week|shift|night|word|mile|article|project|gig|session, hr, after|before|post|pre tax,
        gross, in dollars|euros|pounds|usd, stundlich, monatlich, jahrlich, brutto, netto, die|pro|in stunde|stunde,
        in der stunde, im|pro monat|jahr|tag, am tag, monatsende, jahresende, mensuel*, annuel*, brut, net, en euros,
        la hora|palabra, por hora|mes|dia|ano|palabra|turno, el dia, al mes|ano|dia, mensual*, anual*, bruto, brutos,
        neto, netos, limpios, par semaine, pro woche, a la semana, die woche, la journee, la demi journee, el jornal,
        par heure|mois|an|jour, de l heure""",
    "fair": """good, fair, ok, okay, enough, decent, reasonable, low, high, competitive, normal, realistic, typical,
        real, right, generous, overpaid, underpaid, ripped off, shortchanged, insult*, joke, peanuts, a lot, bad, too
        much|little, more, worth it, laughable, cheap, true, really, lowball*, viel, wenig, mehr, gut, angemessen,
        *ublich, ordnung, drin, passt, stimmt, stimmen, wirklich, realistisch, unterbezahlt, witz, frech*,
        lacherlich, anstandig, mickrig, ausbeut*, im rahmen, correct*, bien, honnete*, credible, raisonnable, juste,
        suffisant, peu, trop, dessous, dessus, me fais avoir, arnaqu*, vrai, abuse, maigre, sous paye*, bueno, buen,
        buena, justo, poco, mucho, razonable, suficiente, adecuado, bajo, alto, decente, verdad, el pelo, timo,
        habitual, realista, explot*, miseria, awful""",
    "offered": """offered, offering, offers me, quoted, dangling, on the table, proposing, pay|paying me|us, i m on,
        i make|earn|get|charge, im on, angeboten, bieten mir, bietet man, verdiene, bekomme, kriege, me propose*,
        ofrecen, ofrecieron, ofrecido, propuesto, gano, cobro""",
    "more": """earn|earns|make|makes|paid|pay|pays|get|gets more|less|better|best|most|well|good|decent,
        earn|earns|make|makes|pay|pays|paid the most|best|better,
        highest|best|better|top|well|lowest|worst|high|higher paid|paying|earning|earners|pay, paid higher,
        lucrative, who makes, pay gap, gap in pay, pay difference, difference in pay|salary, *bezahlteste*,
        besser|gut|schlecht|mehr|am bezahlt|verdien*|zahlt|zahlen|meisten|besten bezahlt|verdien*|zahlt,
        besser|gut|schlecht|mehr bezahlt|verdien*|zahlt|zahlen, verdien*|zahl* mehr|besser|gut|am, verdien* man
        mehr|besser|gut, kriegt .. mehr, mehr geld als, gutes geld, lukrativ*, bestverdien*,
        mieux|plus|bien|mal|moins paye*|remunere*, gagn* plus|mieux|bien|le|davantage|sa, paient|paie|paye
        mieux|bien|le|plus, ecart de salaire|paie|remuneration, gagne* t ils bien, mejor|mas|bien|peor
        pagad*|remunerad*|paga|pagan, gana*|cobra* mas|bien|mejor|menos, paga* mas|mejor|bien, diferencia salarial|de
        sueldo*, brecha salarial, gagnent|gagne|touchent|touche ils|elles|t|on, earn|earns|earning|paid|pays as much
        as, verdienen .. als, gagn* .. plus|moins que, gan* .. mas|menos que, cobr* .. mas|menos que, paid|pays
        decently|properly|fairly|badly|handsomely""",
    # Coaching about pay, law and explanations: they are allowed, although pay is spoken of.
    "coach": """*negotiat*, haggl*, a|my|the|for raise, raises, pay rise*|raise*|cut|review|talk*, payrise*, salary
        increase*, counter, countering, counteroffer*, salary|pay|compensation|money
        expectation*|requirement*|history|question*|talk*|conversation*|discussion*|demand*|request|topic,
        expected|desired|current|present|previous|old salary|pay, my salary|pay|wage|wages, underpaid, undervalued,
        better|higher|same|equal|more pay|salary|offer, worth more, bigger bonus, makes|earns|paid|makes more|money
        than me, makes more than i, paid more than me|i, *verhandl*, *erhohung*, *gehaltsgesprach*, jahresgesprach*,
        gehaltsvorstellung*, gehaltswunsch*, gehaltsfrage*, gehaltsforderung*, wunschgehalt, mein* gehalt|lohn,
        jetzig*|aktuell*|derzeitig*|bisherig* gehalt, mehr geld|gehalt|lohn, unterbezahlt, verdient mehr als ich,
        augment*, negoci*, pretention*, revaloris*, rallonge, mon|ma salaire|remuneration|paie, salaire actuel,
        gagne|paye plus que moi, contre offre, aumento*, subida, suban, subir, expectativa*, pretension*, aspiracion*
        salarial*, mi sueldo|salario|nomina, sueldo|salario actual|deseado|anterior, contraoferta*, gana|cobra mas
        que yo, me pagan menos, cobrar|ganar mas, more money, mehr verdien*, gagner plus, mieux gagner""",
    "my pay": """what|how much i earn|make, what i m making|earning|on|paid, what i currently make|earn,
        i make|earn now,
        was ich derzeit|aktuell|jetzt|momentan|heute|gerade|bisher verdiene, ce|combien que je gagne, combien je
        gagne, ce que je gagne|touche, lo que gano|cobro, cuanto gano|cobro, was|wieviel|viel ich .. verdiene,
        was|wieviel|viel ich verdiene, my paycheck, my paycheque""",
    "task": """how do|can|should|would|could|did|might i|you|we, how to, should|shall|can|could|do|must i, tip, tips,
        tricks, advice, help me, what do|should i|we say|answer|tell|do, what to say|do|answer, role play, prepare,
        practice, wie * ich|man|wir, soll|sollte|muss|darf ich, kann ich nach|uber|um|mein*|das, tipps, ratst, rat,
        formulier*, comment
        faire|me|je|puis|dois|se|reagir|annoncer|expliquer|preparer|trouver|demander|negocier|aborder|amener|parler|rep
        ondre|presenter,
        dois|devrais|puis je, faut il, je dois, astuce*, que repondre|dire|faire, je reponds|dis quoi, aide moi, como
        le|les|pido|digo|negocio|respondo|contesto|pedir|negociar|planteo|hago|explico|saco|reacciono|me|puedo|debo|res
        ponder|preparo,
        debo, deberia decir|mencionar|contar, puedo, tengo que, conviene, consejo*, que digo|contesto|respondo|hago,
        truco*, ayudame, conseils, un conseil""",
    "manner": """at what point, how soon|early|honest|open,
        ok|okay|fine|wise|smart|rude|tacky|bad|acceptable|appropriate to|if, is it ok|okay|wise|rude|bad|worth,
        etiquette, script, way to, right words, good response|answer|comeback, reply, respond, dodge, deflect, bring
        up, bring it|this up, raise the|it|this, broach, mention, disclose, reveal, polite*, graceful*, without
        sounding|looking|coming, argument*, rehearse, confident*, upset, mad, unfair, resent*, jealous, make sense,
        email, phrase, when should|do|is|can, antworte*, reagier*, begrund*, traue, geschickt*, sage ich, sagen soll,
        was sag ich, wann soll*|sage|sag|frag*, comment, sans passer|paraitre|braquer|froisser|avoir, oser, mail,
        bon|buen moment|momento, quand faut|dois|parler|aborder, es mejor, buena idea, sin parecer|quedar|sonar,
        momento, planteo, atrevo, cuando debo|puedo|deberia|hablar|pedir""",
    "legal": """legal to, is it|this|that legal, even legal, legally, lawful*, illegal*, unlawful, allowed,
        permitted, rights, the law, can|could|may|does|must|is my employer|boss|company|manager, can they, hold back,
        withh*, owed, owes me, hasn t paid, not paid, pays late, garnish*, dock, docked, overtime law, darf
        mein*|der|die|man, muss mein|der, rechtlich, gesetzlich verpflichtet, erlaubt, kurzen, streichen, verspatet,
        zu spat, anspruch, klagen, patron|employeur|boite|chef peut, peut il me, a le droit, ai je droit, le droit
        de, est ce legal, c est legal, legal de|que, obligat*, oblige*, retard, prud hommes, impaye*, es legal,
        derecho a|de, derechos, puede*|pueden mi|mis|obligarme|bajarme|quitarme, me deben|debe, retras*, no me paga*,
        no me han pagado, denunciar, betriebsrat, mitsprache*, kann mein|der""",
    "explain": """explain, define, definition, meaning, what exactly, difference between, what does .. do|mean, how
        does .. work, all day, day to day, day of a, what degree|training, structure, from scratch, policy,
        calculate, payslip*, pay slip|stub*, two offers, clause, mistake, error*, erklar*, bedeutet, unterschied
        zwischen, was macht|tut|lernt, aufgaben, werde ich, ausbildung zum, weiterbildung, lohnabrechnung*,
        gehaltsabrechnung*, verdienstbescheinigung*, rolle, explique*, signifie, c est quoi un, que fait, difference
        entre, bulletin* de, politique, mettre en place, role d|du, missions, explica*, significa, que hace, que es
        un|una|el, diferencia entre, en que consiste, politica, anticipo, emocional, motivar, spend their|your, in
        common, se parecen, que estudio, estudio para, competencies should, what competencies, need the""",
    # Work and the labour market.
    "who": """#role, *engineer*, *developer*, dev, devs, coder*, programmer*, designer*, analyst*, *manager*,
        technician*, tech, techs, nurse*, doctor*, surgeon*, teacher*, professor*, electrician*, plumber*,
        welder*, carpenter*, *driver*, trucker*, mechanic*, machinist*, cook, cooks, chef*, waiter*, waitress*,
        barista*, baker*, *keeper*, cashier*, clerk*, *assistant*, receptionist*, accountant*, auditor*,
        controller*, consultant*, lawyer*, paralegal*, judge*, pilot*, officer*, cop, guard*, operator*,
        picker*, *worker*, supervisor*, director*, executive*, vp, cfo*, ceo*, specialist*, coordinator*,
        administrator*, rep, reps, agent*, salespe*, *therapist*, hygienist*, pharmacist*, dentist*, vet, vets,
        midwi*, carer*, nann*, *scientist*, chemist*, *writer*, translator*, journalist*, artist*, architect*,
        surveyor*, planner*, buyer*, trader*, broker*, actuar*, librarian*, intern, interns, grad, grads,
        graduate*, junior*, freelancer*, contractor*, roofer*, builder*, farmer*, cleaner*, hairdresser*,
        attendant*, associate*, *ologist*, reporter*, people, talent*, staff, employee*, workforce, hires,
        women, *innen, mitarbeit*, personal, *krafte*, *kraft, azubi*, lehrling*, *leute, *mann, *entwickler*,
        *ingenieur*, *fahrer*, *pfleger*, *techniker*, *meister*, *berater*, *leiter*, *lehrer*, *arzt*,
        *assistent*, *verkaufer*, koch, koche, *buchhalter*, *elektriker*, *elektroniker*, *monteur*,
        *handwerker*, *kaufmann*, *kauffrau*, *vertriebler*, *mechaniker*, *mechatroniker*, *informatiker*,
        kellner*, werkstudent*, absolvent*, *einsteiger*, *angestellt*, *referent*, candidat*, salaries,
        collaborat*, chauffeur*, developp*, infirmi*, serveu*, vendeu*, commercia*, profils, alternant*,
        apprenti*, technicien*, soudeu*, ouvri*, macon*, cuisini*, boulang*, boucher*, enseignant*, prof, profs,
        juriste*, comptable*, medecin*, kine*, menuisier*, plombier*, conduct*, stagiaire*, cadre, cadres,
        jeune*, monde, trabajador*, emplead*, camarer*, ingenier*, gente, enfermer*, programador*, vendedor*,
        perfiles, tecnic*, operari*, cociner*, soldador*, electricista*, fontaner*, albanil*, maestr*, abogad*,
        medic*, contador*, administrativ*, aprendiz*, repartidor*, auxiliar*, psicolog*, arquitect*, mozo*,
        mecanic*, comerciales, *therapeut*, *wissenschaftler*, *florist*, *tores, *dores, *doras, dockers,
        *teurs, *trices, *istes, *istas, *gists, *nists, *tists, *cists, *alists, *smiths, *hebamme*,
        bartender*, server, servers, sitter*, freelance, person, cajer*, educateur*, typist*, *setzer*,
        auszubildend*, tischler*, maler*, *dachdecker*, friseur*, backer*, metzger*, *gartner*, schreiner*,
        schlosser*, kassierer*, reinigungs*, logopad*, erzieher*, optiker*, apotheker*, steuerfach*, couvreur*,
        peintre*, coiffeu*, patissi*, jardini*, caissi*, sage femme*, pharmacien*, opticien*, graphiste*,
        redact*, secretaire*, gestionnaire*, contable*, disenador*, peluquer*, panader*, pintor*, carpinter*,
        jardiner*, limpiador*, cuidador*, farmaceutic*, dependient*, camioner*, azafat*, traductor*,
        fisioterapeut*, dentista*, nutricionista*, barber*, painter*, gardener*, landscaper*, tiler*,
        bricklayer*, plasterer*, scaffolder*, locksmith*, butcher*, florist*, tailor*, stylist*, groomer*,
        caretaker*, janitor*, sommelier*, fundraiser*, photographer*, illustrator*, animator*, producer*,
        dispatcher*, packer*, courier*, firefighter*, paramedic*, soldier*, detective*, *grapher*, phlebotom*,
        optician*, dietitian*, nutritionist*, chiropractor*, tutor*, lecturer*, counsellor*, counselor*,
        estimator*, draftsman*, fitter*, installer*, inspector*, rigger*, glazier*, stonemason*, upholsterer*,
        machine operator*, call center*, warehouse*""",
    "work": """work, career*, occupation*, trade, trades, field, sector*, industr*, position, positions, role, roles,
        employment, language*, certification*, cities, city, states, countries, country, region*, degrees, entry
        level, *branche*, arbeit, *jobs, *job, stadte, lander, bundesland*, qualifikation*, *sprachen, *stelle,
        *stellen, *platze, metier*, secteur*, poste, postes, emploi, emplois, boulot, ville, villes, domaine*,
        filiere*, competence*, pays, profils, trabajo*, empleo*, curro, puesto*, vacante*, plaza*, carrera*, oficio*,
        ciudad*, idioma*, habilidad*, skill*, profession, professions, profesion, profesiones, beruf, berufe,
        berufen, pais, paises, economy""",
    "employers": """employer*, compan*, firm, firms, startups, recruiters, banks, manufacturers, lines, care homes,
        industr*, sector*, arbeitgeber, unternehmen, firmen, betriebe, branche*, konzerne, employeurs, entreprises,
        boites, recruteurs, secteur*, banques, empresas, empleadores, reclutadores, consultoras, everyone, nobody,
        anyone, anybody, who s, who is, banken, betrieb, krankenhaus*, hospitals, schools, agencies, nhs, government,
        police, army, hotels, restaurants""",
    "wants": """want, need, look|looking for, seek*, ask|asking for, after, value most, care about, demand, suchen,
        sucht, brauchen, verlangen, wollen, fordern, reclament, cherchent, demandent, recherchent, exigent, buscan,
        piden, valoran, necesitan, exigen, quieren, hunting for, keen on, desperate for, gesucht, sought, prefer,
        expect, rate highest, welcome, accept""",
    "market": """jobmarket, market for, job|employment|work|hiring|career
        outlook*|situation|landscape|scene|picture|climate|prospect*|trend*, outlook, prospects, unemploy*,
        jobless*, employment rate*|figures|statistics|numbers|data, vacancy rate*, turnover rate*,
        recruiting|labor|labour|workforce trend*, layoff*, laid off, redundancies, job
        cuts|loss*|growth|creation|security|openings, federal employment, in demand,
        high|the|much|enough|still|market demand, demand for|like|is|rising|growing|falling, shortage*,
        talent|skills gap, fastest growing, hottest jobs|careers|skills, oversaturat*, saturated, over supply,
        oversuppl*, glut, surplus of, openings, vacancies, recession|future|ai proof, there|be
        jobs|work|openings, enough work, work for, much call for, jobs left, postings, arbeitsmarkt*, jobmarkt*,
        stellenmarkt*, *arbeitslos*, beschaftigungs*, *mangel, fachkraftemangel*, jobaussicht*, *aussichten,
        stellenangebot*, offene|freie|unbesetzte stellen, unbesetzt*, mangelberuf*, engpassberuf*, *entlassung*,
        stellenabbau, stellenstreichung*, kurzarbeit, einstellungsstopp*, nachfrage, zukunftssicher*,
        zukunftsfahig*, krisensicher*, haben|noch|hat zukunft, zukunft hat|haben, gefragt*, uberlaufen,
        gesattigt, vermittelbar, homeoffice anteil, ausbildungsplatze, marche du travail, marche de l emploi,
        chomage, chomeu*, debouche*, en tension, penurie*, perspectives, tendances, licenciement*, d avenir,
        bouche, sature*, taux d emploi, offres y a t il, recrutent, du boulot pour|derriere, paro, salida*
        laboral*|profesional*, mas|mucha|tiene* salida*, panorama laboral, situacion laboral, perspectivas,
        demanda, demandad*, tendencia*, escasez, saturad*, despidos, en auge, con futuro, tiene* futuro, hay
        trabajo|empleo|curro|vacantes|ofertas, trabajo para, contratando, contratan, sin cubrir,
        job|jobs|labor|labour|employment|hiring|recruitment|talent|graduate|freelance|level market*, hiring,
        there any|enough|still|much|many|plenty work|jobs|openings|positions|demand, any|no work|jobs left,
        embauche*, hires .. anymore, projected|job|employment growth, growth for, short of nurses|*, shortfall*,
        recrute, stellt .. ein, stellen .. ein, fachkrafte fehlen, labor|labour force, l avenir, gele|gelent
        leurs, *personalnot*, in short supply, personalengpass*, attrition, employability, employable, cutbacks,
        downsiz*, oversubscribed, odds of, personalabbau, begehrt*, erwerbstatig*, beschaftigte, *chancen,
        jobsuche, jobsicherheit, lehrstellen, employabilite, suppression* de postes, postes vacants, plein
        emploi, main d oeuvre, empleabilidad, temporalidad, recortes, mano de obra, contrataciones, en alza, a
        la baja, hay mas|menos|muchos|pocos|poco|mucho|bastante trabajo|empleo|contratacion|vacantes|demanda,
        va|van a desaparecer, vont|va disparaitre, will disappear|vanish|survive|exist, still
        exist|hire|hires|recruit, people work|employed, menschen arbeiten, personnes travaillent, gente|personas
        trabaja|trabajan, a|any|no|much|what future in|for|as, leaving the profession|field|industry, good|bad
        time to look|enter|switch|join|become, stirbt, aussterb*, im aufwind, mercado laboral, mercado de
        trabajo, good|bad|safe field|career|profession|sector|job to, slump, downturn, recession,
        mucha|poca|tanta competencia, oportunidades para|laborales, opportunities for|in, braucht man .. noch,
        desemplead*, desempleo, beaucoup de demande, mucha demanda, demande pour, demanda para, viel nachfrage""",
    "grow": """hiring, recruiting, taking on, taking people on, growing, grow, booming, shrinking, expanding,
        cutting, shedding, shed, laying, firing, dying, disappear*, lose, losing, adding, most open*, short of, hot,
        hottest, future, advertised, stellen, stellt, einstell*, wachsen, wachst, schrumpf*, verschwind*, entlass*,
        aussterb*, abbauen, bauen, fehlen, recrut*, embauch*, dispara*, croissance, creent, detrui*, croitre,
        ouverts, teletravail, manque*, crecen, creciendo, crecer, desaparec*, despid*, faltan, generan, sobran,
        remot*, contratan, contratacion, contratado, eingestellt, licencie, licencient, boom, boomt, boomen""",
    "fate": """short demand, wanted, sought, needed, need that many, necessary, scarce, short supply, replac*,
        obsolete, automat*, extinct*, dodo, dying, doomed, dead, dried up, drying up, eaten, fad, hype, thriving, off
        a cliff, collaps*, crash*, froze*, slowed, slow, slowing, picking up, recover*, rebound*, cooled, cooling,
        declin*, shrink*, growing, rising, falling, plummet*, gloomy, bleak, dire, grim, brutal, rough, tough,
        terrible, awful, that bad, tight, crowded, competition, saturated, flooded, too many, not enough, there
        enough, crying out, desperate for, short of, short staffed, understaffed, robots, machines, self driving,
        chatgpt, taken over, wipe*, survive, future, out of work, lost their jobs, in ten|twenty years, still
        be|need, gefragt*, gesucht*, gebraucht, benotigt, uberflussig*, ersetz*, wegautomat*, ausster*, verschwind*,
        knapp, rar, mangelware, handeringend, fehlen, ki, uberlauf*, zukunft*, duster, trub*, eingebrochen, rosig,
        angespannt, aussichtslos, boomt, zu viele, genug, leichter arbeit, demande, demandes, remplac*, dispara*,
        menac*, manque*, rare*, ia, avenir, survivr*, tendu*, trop de, assez de, existera*, ralenti, intelligence,
        sustitu*, reemplaz*, extincion, desaparec*, escas*, rifan, cotizad*, faltan, sobran, hacen falta, buscad*,
        solicitad*, inteligencia artificial, futuro, negro, parado, complicado, fatal, demasiad*, cayendo, creciendo,
        dejado de, pick|picks|picked up, going down|up, safest, safe from, left for, affect*, afectar*, abloes*,
        abgelost, takes over, taking over, die out, on the way out, plenty, hard to come by, necesita*, gele, gelent,
        repart, repartent, by|of|to|from|will|with|is|has|and|vs ai, evolu*, entwickelt, recherche, recherches,
        recherchees, freno, frenado, frenazo, a|the|no need for, encore|toujours besoin, secure, stable, viable,
        leaving, quitting, retiring, fleeing, verlassen, quittent, abandonan, relevant, outdated, struggl*, hard to
        find|fill|get, schwer zu finden|besetzen, difficile*|dur* a trouver|recruter|pourvoir, dificil* de
        cubrir|encontrar, peine*, braucht""",
    "count": """how many, number of, share of, proportion of, percentage of, statistic*, stats, data on, latest,
        come|comes up most, shows up, wie viele, anteil, anzahl, zahl der, statistik, am
        meisten|haufigsten|gefragtesten, combien de|d, nombre de, part des, pourcentage, taux de|d, cuantos, cuantas,
        numero de, porcentaje, tasa, mas piden|pedidas, que mas, cuanta gente""",
    "now": """still, anymore, any more, these days, nowadays, right now, at the moment, currently, lately, this year,
        last year, again, noch, derzeit, aktuell, gerade, zurzeit, momentan, heutzutage, in zehn jahren, in #n
        jahren, bis #n, encore, actuellement, en ce moment, aujourd hui, cette annee, dans #n|dix|quinze ans, d ici
        #n, toujours, sigue*, todavia, aun, hoy en dia, ahora, actualmente, este ano, en #n anos, hasta #n""",
    "seek": """get hired, getting hired, find|finding|get|getting|land|landing a|work|any job|role|position|work|one,
        find something, finding something, hard|harder|easy|easier|easiest|tough|difficult to get|find|land, job
        seekers, job hunting, rehired, applications and, leicht*|schwer arbeit|job|stelle, man .. job, sucht man,
        trouver du|un travail|boulot|emploi|poste, encontrar trabajo|empleo|curro, coger juniors, work as, trouve*
        facilement|du travail, job|stelle|arbeit zu finden, einen|eine job|stelle finden|zu|bekommen, facil
        encontrar, conseguir trabajo|empleo, time it takes|to .. land|find, finden .. noch|arbeit|etwas, landing
        jobs, facilement du|un travail|emploi, finding|find|get work|jobs, look|looking for a job|work, es dificil,
        schwer|leicht|schwierig .. finden""",
    # The five domains.
    "cv": """resume, resumes, resumee, cv, cvs, curriculum*, *lebenslauf*, werdegang, vita, hoja de vida, linkedin
        summary|headline|about|profile|section""",
    "cv part": """bullet, bullets, *stichpunkt*, resume|professional|executive|my summary, summary at the top,
        summary section, profile paragraph|section|blurb|statement, personal|opening|objective statement, career
        objective, experience|skills|education|history section, work|employment history, employment|career|year|month
        gap*, gap year, gap in my, references, hobbies, gpa, one pager, one page, two pages, my achievements, on
        paper, my profile, kurzprofil, berufserfahrung, lucke, une puce, puces, accroche, rubrique*, experiences
        pro*, partie formation, perfil profesional, resumen profesional, logros, experiencia laboral, mi perfil""",
    "put": """put, list, include, leave, mention, explain, show, frame, describe, belong*, keep, keeping, tuck,
        quantif*, turn, make, sound*, sings, help, layout, format, order, cut, squeeze, fit on, look at, should, how
        do|can|should|would, one page or, rein, stehen, gehort, steht, pack*, bring*, liste, wie * ich|man, peux tu,
        mettre, mets, presenter, valoris*, enlever, muscl*, decri*, comment, aide, faut il, propose*, indiquer, pon*,
        cuento, contar, quito, sobra, destac*, ayud*, como, page or two, pages or one""",
    "edit": """write, writing, written, rewrite, rework, reword, rephrase, word, wording, phrase, draft, drafting,
        improve, polish, tighten, shorten, trim, cut down, edit, edits, fix, review, update, proofread, translate,
        critique, punch*, sharpen, strengthen, stronger, tidy, clean up, soften, strip, sound|sounds|sounding
        more|less|like, less stiff, too long, inclusive, feedback, look over, rip, make it|this|my|our|the, tailor*,
        modern*, schreib*, *umformulier*, uberarbeit*, verbesser*, verfass*, kurze*, klingt, klingen, aufpepp*,
        umschreib*, optimier*, knackig*, redig*, reecri*, ecri*, refais, refaire, retravaill*, reformul*, formul*,
        raccourci*, amelior*, corrig*, reli*, tourner, redact*, escrib*, reescrib*, mejor*, revis*, arregl*, pule,
        puli*, acort*, actualiz*, suene, suena, traduc*, resumo, resumir, resumirlo""",
    "create": """create, compose, generate, produce, build, need, want, looking for a, give me, put together, come up
        with, knock up|together|out, whip up, sketch, craft, do me, do one, i d like, can i get, could you do, help,
        add, make, mention, turn, section, sections, list, brauch*, erstell*, entwirf, entwerf*, entwurf, aufsetz*,
        texte, bastel*, stell mir, hilf, aufnehmen, cree, creer, prepar*, besoin, fais, faire, mets, pondre, il
        me|nous faut, aide, je veux, rendre, rends, donne, crea, crear, haz, hazme, hacer, elabor*, necesit*, ayud*,
        arma*, disen*, quiero, dame, mach, mache, machen, macht""",
    "jd": """jd, jds, job description*, job ad|ads|advert*|spec*|post|posts|posting*|listing*, vacancy
        text|notice|announcement|ad, role description|profile|posting|spec, position description, person
        specification, help wanted, want ad, *stellenanzeige*, stellenausschreibung*, stellenbeschreibung*,
        *stelleninserat*, *stellenprofil*, *stellentext*, *jobanzeige*, *jobbeschreibung*, aufgabenbeschreib*,
        *aufgabenprofil*, anforderungsprofil*, tatigkeitsbeschre*, fiche* de poste, offre|offres d emploi, texte d
        annonce, description de|du poste, profil de poste, oferta de empleo|trabajo, oferta laboral, descripcion
        de|del puesto*|cargo|trabajo|vacante, anuncio de trabajo|empleo, ficha de|del puesto, perfil de|del
        puesto|cargo, *aushang*, ausschreibung fur, annonce d emploi|embauche, annonce de recrutement, descriptif
        de|du poste, post for""",
    "posting": """posting, postings, listing, ad, advert, advertisement, vacancy, description, write up, role
        to|text, anzeige, inserat, anzeigentext, annonce, offre, descriptif, oferta, anuncio, vacante, aviso,
        convocatoria, publicacion, our|the|this|my|an|your opening, *ausschreibung*""",
    "duties": """responsibilit*, duties, requirements, qualifications, must haves, nice to haves, aufgaben,
        anforderungen, zustandigkeiten, missions, responsabilites, exigences, competences requises, funciones,
        responsabilidades, requisitos, tareas""",
    "advertise": """advertise, advertising, publish, post it, go|going live, careers page, ausschreib*, online
        stellen, veroffentlich*, inserier*, publier, diffuser, publicar, publicamos, colgar""",
    "match": """screen this|the|these, match, matches, matching, fit, fits, fitting, suit, suits, suited, suitab*,
        qualified, qualify, score, rate, rank, grade, assess, line|lines|lined up, stack|stacks up,
        measure|measures up, size|sizes up, overlap*, tick, ticks, shot at, chance, chances, stand a, shortlist,
        vs, versus, against, side by side, falls|fall|falling short, near|good|close|strong enough, how
        close|far, closer, far off, barking up, waste of time, wasting my, apply, bin, league, hold|holds up,
        cut out for, cut it, stretch, meet, meets, missing, lack, lacks, lacking, gaps, overqualified,
        underqualified, scale of, out of #n, call|interview|reject me, weigh, passt, passe, passen, gleich*,
        abgleich*, vergleich*, bewert*, eignet, eigne, geeignet, eignung, ubereinstimm*, deckt, decke, decken,
        erfull*, chancen, reicht, fehlt|fehlen mir|ihm|ihr, lucken, sparen, punkte*, gegenuber*, taug*,
        correspond*, compar*, adequation, note, noter, evalue*, colle, collent, coller, compatib*, convien*,
        tient la route, matche, trous, manque t il, me|lui manque, ecarts, dans les clous, hauteur, l affaire,
        encaj*, ajust*, puntua*, evalua*, coincid*, cumpl*, valora*, cuadr*, idone*, nota, me|le falta,
        opciones, la talla, lejos, solide, faible face, face a|au, what it takes, analyse*|analyze* .. against,
        par rapport, frente, respecto, hold me back, le profil pour, profile for, profil fur, perfil para, worth
        applying, suffit, buen candidato, bon candidat, good candidate|contender, guter kandidat, enough for,
        convenir, abgleich bewerberprofil, abgleich profil, me falta|faltan, me manque|manquent""",
    "job": """this|that|the|our|your|which|s|a|an
        job|role|position|posting|vacancy|opening|ad|advert|listing|spec|gig, *role, *vacancy, *opening, *posting,
        jd, jds, job, jobs, requirements, spec, the reqs, *stelle, *anzeige, *ausschreibung, anforderung*, position,
        gesucht, gefordert, verlangt, poste, offre, annonce, fiche, exige*, demandent, criteres, puesto, vacante,
        oferta, requisitos, posicion, cargo, anuncio, piden, pide, pedimos""",
    "person": """resume, cv, profile, applicant*, finalist*, background, experience, my, me, i, im, she, he, her,
        his, *lebenslauf, profil, bewerber*, kandidat*, ich, mein*, unterlagen, herr, herrn, frau, werdegang,
        candidat*, mon, ma, mes, moi, je, j, parcours, curriculum*, perfil, mi, mis, yo, tengo, experiencia, soy,
        person, guy, encajo, cumplo, cvs""",
    "we": """we, our, ours, us to, for|with|join us, my
        company|team|startup|restaurant|shop|business|firm|salon|clinic|bakery|garage|practice|agency|department, i m
        hiring, first employee, nonprofit, a small|tiny|little company|business|clinic, wir, unser*, uns, firma,
        handwerksbetrieb, mein* betrieb|team|firma, nous, notre, nos, on
        recrute|cherche|n|galere|veut|voudrait|paie|ne, ma boite|boutique|equipe, mon
        entreprise|equipe|restaurant|magasin, nosotros, nuestr*, tenemos, mi
        empresa|negocio|equipo|restaurante|tienda|taller, el taller, buscamos, queremos, necesitamos, contratamos""",
    "find": """hire, attract*, source, recruit, reach, fill, filling, poach*, get more, get hold of, get our hands
        on, get people, bring|bringing in|on, lure*, win over, entice, track down, sign up, land, approach*, staff,
        staffing, scale up, einstellen, find*, gewinn*, anwerb*, anlock*, locken, ansprech*, besetz*, kommen wir,
        kriegen wir, erreich*, rekrut*, begeister*, abwerb*, trouver, attirer, recruter, recrutons, embaucher,
        pourvoir, capter, approcher, debaucher, convaincre, faire venir, contratar, contrato, encontrar, encuentro,
        atraer, atraigo, recluta*, recluto, fichar, ficho, captar, captamos, capto, conseguir, consigo, buscar,
        busco, cubrir, cubro, traer, convencer, convince, persuade, to join, llenar, lleno, contratamos""",
    "recruit": """recruitment, headhunt*, fill a|the|our, ghost us, ghosts us, for hiring, hiring #n, about hiring,
        to hire, hiring good|great|better, we recruit, recruit at, recruiting, *rekrutier*, bewerbungen,
        recrutement*, recruter, embaucher, reclut*, captacion, captar, captamos, contratar""",
    "ats": """ats, applicant|candidate tracking, tracking system*|software, bewerbermanagement*, bewerbersoftware,
        bewerbersystem*, bewerbungssoftware, bewerbungssystem*, logiciel* de recrutement|tri|candidature*, tri
        de|des|automatique candidatures|cv, tri automatique, seguimiento de candidat*, sistema* de
        seguimiento|seleccion, resume|cv|application|screening
        scanner*|parser*|bot*|filter*|robot*|software|system*|algorithm*, recruiters|recruiter s system*,
        recruiting|hiring software, automated screening|filter*|rejection*, automatic rejection*, auto reject*,
        screening tool*, jobscan, taleo, icims, successfactors, filtro* automatic*|ats""",
    "machine": """parser*, the|a|those bot, the|those bots|robots|robot, robots, scanner*, the scan, filter, filters,
        filtered, filtering, software, logiciel*, the|a|these|s system*, das|vom|im system, el|los sistema*, le|les
        systeme*, algorit*, machine, maschine, maquina, taleo, workday, greenhouse, icims, lever, successfactors,
        personio, infojobs, candidate|resume database, database search, escaner, filtro*, filtre*, le scan, le robot,
        ats""",
    "terms": """keyword*, keywods, keywrods, keywrds, key word*|terms|phrases, buzzword*, term, terms, phrases,
        words, expressions, vocabulary, jargon, lingo, synonyms, spelling, *schlusselwort*, *schlagwort*,
        *stichwort*, *begriff*, *worter, mot|mots cle|cles|clef|clefs, mots, termes, vocabulaire, palabra* clave*,
        palabras, termino*, vocabulario, expresiones""",
    "keyword": """keyword*, keywods, keywrods, keywrds, key word*, buzzword*, *schlusselwort*, *schlagwort*, mot|mots
        cle|cles|clef|clefs, palabra* clave*""",
    "reads": """reads, look|looks for|at, search*, pick|picks|picked up|me, detect*, recogni*e*, scan, scans, checks,
        checking, index*, filter*, flag*, reject*, toss*, parse*, match on, matches, catch, beat, past, get by, pass,
        spit*, bin, binned, hunt*, spots, treat, invisible, break, liest, lesen, sucht, pruft, erkannt, erkennt,
        springt, aussieb*, aussortier*, rausfilt*, achtet, lire, lit, cherch*, elimin*, regarde, repere*, recal*,
        rejet*, passer, attend*, lee, busca*, criba*, distingue, descart*, rastrea*, reconoc*, filtra*, rechaz*,
        tumb*, pasar, superar, read, care, cares, prefer, prefers, understand*, expect*, count""",
    # What is none of these, and small talk.
    "letter": """cover letter*, motivation letter*, letter of motivation, application letter, resign*, i|to quit, two
        weeks notice, notice period, reference letter, letter of recommendation, thank you email|note|letter,
        weather, rain, umbrella, joke, recipe, poem, haiku, scikit, anschreiben, motivationsschreiben,
        bewerbungsschreiben, kundig*, arbeitszeugnis*, wetter, regnet, witz, rezept*, gedicht, lettre*, demission*,
        blague, recette, meteo, poeme, temps fait, carta*, renuncia*, chiste, receta, poema, lluev*""",
    "greeting": """hi, hello, hey, hiya, heya, yo, howdy, greetings, good morning|afternoon|evening|day|night,
        morning, afternoon, evening, there, team, everyone, all, folks, again, wassup, sup, hallo, hallochen, guten
        tag|morgen|abend, morgen, abend, moin, servus, gruss gott|dich, gruezi, tach, na, zusammen, bonjour, bonsoir,
        salut, coucou, rebonjour, tout le monde, toi, hola, muy buenas, buenas, muy, buenos dias, buenas
        tardes|noches, ey, oye, que tal, holi, a todos, to you""",
    "courtesy": """thanks, thank you, thx, ty, cheers, appreciate it|that|you, appreciated, obliged, grateful, bye,
        goodbye, see you|ya, cya, later, talk tomorrow|later|soon, gotta run|go, take care, have a
        nice|good|great|lovely, you re welcome|great|awesome|funny|a|the|amazing, no problem, well done,
        good|great|nice job|work|bot, you rock, helpful, lifesaver, gold star, danke*,
        vielen|lieben|besten|herzlichen dank, tschuss*, ciao, bis bald|spater|morgen|dann, alles klar, schonen
        tag|abend|feierabend|dank, schones wochenende, geholfen, merci*, au revoir, a bientot|demain|plus|tout, bonne
        journee|soiree|nuit, bon week|weekend|courage, gracias, adios, hasta luego|manana|pronto|la, chao, chau, nos
        vemos, un crack|sol, buen dia|finde|fin, feliz, que descanses, crack, genial""",
    "about you": """a human or, robot ou, real person, who are you, what are you, who
        made|built|created|trained|programmed you, your name, you a|an human|bot|ai|robot|person|machine|program, you
        human|real|there|awake|alive, you a real, how are you, how r u, how are things, how s|is it going, hows
        it|your, how s your, what s up, whats up, how do you do, how have you been, what can you do|help, what do you
        do, talking to, nice|good to meet you, how old are you, where are you from, your day, wer bist|sind, was
        bist, wie heisst, wie geht|gehts|lauft, was kannst du, bist du, wer hat dich, mit wem, sind sie ein, alles
        fit|gut, bei dir, tu es qui|un, t es qui|un|une, etes vous, tu t appelles, vous appelez, comment vas|allez,
        ca va|roule, tu vas bien, allez bien, tu fais quoi, es tu, quoi de neuf, enchante*, quien eres, que eres, te
        llamas, como estas|andas|va, que tal andas|estas|todo|va, tal andas, te va, que puedes hacer, eres
        un|una|humano|humana|real|de, quien te, que haces, encantad*, con quien, hay alguien, que tal el|tu|la,
        anyone|anybody there|home|awake""",
    "sourcing": """recruiting plan|strateg*|channel*|calendar|budget|event*|campaign|process|konzept|approach,
        sourcing, talent acquisition, hiring
        plan*|strateg*|process*|funnel*|pipeline*|roadmap|campaign*|goal*|approach, talent|applicant|candidate
        pipeline*|pool*|flow|funnel|experience, employer brand*, referral*, boolean, time to hire|fill, cost per
        hire, job|career fair*, campus recruit*, outreach, open head|heads|seat*, where to post|advertise, post
        jobs, post a job, cooptation, agency or, agency in house, rpo, in house or, staffing plan, our req, drop
        out|off, no shows, personalgewinnung, personalbeschaffung, personalmarketing, personalsuche,
        *einstellungspl*, mitarbeitergewinnung, mitarbeiter werben, direktansprache, *kanalen, *kanale,
        arbeitgebermarke, karriereseite, *jobborse*, jobmesse*, marque employeur, vivier*, strategie de
        recrutement, canaux, jobboard*, plan de contratacion, plan para contratar, captacion de, marca
        empleadora, referidos, canales, ferias de empleo, passive candidate*|*, cold message*|email*, where
        should we|i advertise, advertise for, fill .. positions|roles|vacancies|openings|posts|seats|jobs, plan
        d embauche, plan de recrutement, recruitment|reclutamiento|recrutement plan, plan de reclutamiento,
        where should|do|can|could we, wo * wir, ou chercher|trouver|recruter, donde buscar|buscamos|encontramos,
        estrategia de reclutamiento, recruiting strateg*, rekrutierungsstrateg*, advertise to
        get|find|attract|reach""",
    "other side": """recruiter ghosted|called|asked|asks|wants|says|said|told|emailed|reached|keeps|s, the recruiter,
        with a recruiter, le recruteur, joue, el reclutador, der recruiter, headhunter who, reply for""",
    "price": "price, fee, fees, tuition, prix, precio, notice, experience",
    "money": """money, moneywise, paid, well off, better off, afford, rich, financially, geld, brutto, netto, argent,
        dinero, pasta, plata, lana, decently""",
    "me": "i, my, mine, ich, mein*, mir, mich, je, j, mon, ma, mes, moi, m, yo, mi, mis, tengo, soy, estoy, quiero",
    "jobs": """jobs, careers, work, employment, professions, occupations, trades, vacancies, openings, grads,
        graduates, industries, berufe, stellen, arbeit, branchen, metiers, emplois, postes, boulot, secteurs,
        trabajos, empleos, trabajo, curro, vacantes, plazas, profesiones, carreras, oficios""",
    "places": """where, cities, city, countries, country, states, regions, stadte*, landern, regionen, bundesland*,
        wo, villes, pays, ciudad*, donde, regiones, pais, paises""",
    "interview": "interview*, phone screen, bewerbungsgesprach*, entretien*, entrevista*, vorstellungsgesprach*",
    "qualify": "qualify, qualified, fit, cumplo, encajo, geeignet, shortlist*, piden, spec, hold me back",
    "cannot": "t|cannot match|pay|compete|raise|afford, mithalten, pouvons|peut pas, podemos subir|pagar",
    "cost": "cost, costs, coute, kostet, cuesta, cueste, kosten, couter, coutent, cuestan",
    "skill": """skills, certifications, languages, degrees, qualifications, fahigkeiten, kenntnisse, competences,
        habilidades, idiomas, langues, sprachen""",
}
"""By name, as rules name them."""

MASKS = {
    # A payroll specialist is someone, not a question about pay.
    "role": """aide soignant*, compensation|comp|rewards|pay|salary|remuneration|payroll|payments|payment|market
        analyst*|specialist*|manager*|consultant*|director*|partner*|lead*|engineer*|clerk*|administrator*|officer*|ass
        ociate*|assistant*|coordinator*|accountant*|supervisor*|expert*|secretary|admin|team|maker*|researcher*,
        compensation|comp committee*, compensation committee secretary, compensation|comp and|& benefits|ben,
        compensation benefits, comp ben, compensation and|& benefits manager*|analyst*|specialist*|director*,
        compensation benefits manager*|analyst*|specialist*, market|marketing research*|mix, market research
        analyst*|manager*|assistant*|specialist*|associate*, stock market analyst*, market|labour|labor|job|stock
        market economist*|analyst*|counsellor*|researcher*, marketing
        manager*|director*|assistant*|specialist*|analyst*|intern*, marketing, budget owner*|holder*, demand
        planner*, talent acquisition specialist*|manager*|partner*, charge nurse*, *lohn* und gehalt*,
        *lohnbuchhalt*, *gehaltsbuchhalt*, *entgeltabrech*, *lohnsachbearb*, *marktforsch*, referent* fur|f
        vergutung, referent* vergutung, *marktleiter*, *marktanalyst*,
        gestionnaire*|responsable*|technicien*|comptable*|charge*|assistant* paie, gestionnaire*|responsable* de la
        paie, responsable* paie et remuneration, analyste* des marches financiers, charge* d etude*,
        analista*|especialista*|tecnico*|responsable*|gerente*|comite*|investigador*|administrativ* de|en
        nomina*|compensacion*|retribucion*|remuneracion*|mercado*|mercadotecnia|bolsa|salarios, analista* de
        nomina*|compensacion* y salarios|compensacion*|beneficios, vergutungsreferent*, vergutungsmanager*,
        vergutungsanalyst*, vergutungsausschuss*, vergutungskom*,
        gestionnaire*|responsable*|technicien*|charge*|comite*|analyste* de|des
        paie|remuneration*|recrutement|marche*, charge*|responsable*|technicien*|gestionnaire* de la
        paie|remuneration, hiring manager*, labour economist*""",
    # Idioms, and amounts of other things than money.
    "idiom": """how many vacation|sick|holiday|leave days, decline a|the|this job, decline an|the offer, payroll,
        payment*, payers, payable*, logiciel* de paie, logiciel* paie, payback, prepaid,
        pay|pays|paid|paying
        attention|heed|respect*|dividends|taxes|rent|bills|tuition|back|forward|down|lip|close|dues|off|out,
        pay|pays|paid|paying for my|the|our|it|this|his|her|training|courses|relocation|parking, to pay for, pays to,
        paid leave|vacation|holiday*|time|social|media|ads|search|internship*, unpaid, earn|earns|earning
        a|an|my|their|your|some|trust|respect|badges|credits|points|cpe, earned, earning trust|respect, earnings
        report*|call*, scikit learn, make|makes|made sense|sure|up|mistake*|friends, fixed|passive income, income
        tax*|statement*,
        heart|interest|exchange|error|response|conversion|retention|acceptance|success|pass|bounce|open|churn rate*,
        rate limit*, stock market*, farmers|flea|christmas|money|capital|super|housing market*, farmer s market*,
        market research|share|data|entry|price*|stall|pricing, go to market, on demand, demand
        gen|generation|forecast*|planning, supply and demand, in|took|taking|free|of charge, resume work*, to resume,
        how much|many
        experience|detail*|time|notice|space|vacation|holiday|information|work|weight|years|rounds|pages|days|hours|bul
        lets|words|weeks|months|of,
        sales commission plan, bonus scheme, belohn*, lohnt, lohnen*, lohnend*, lohnsteuer*, zahlt es|sich, auszahl*,
        zahlungs*, einzahl*, wie viel|viele zeit|jahre|seiten|erfahrung|urlaub|wochen|tage|stunden|prozent, wieviel
        zeit|jahre|seiten|urlaub|tage|prozent, bezahlt* urlaub, *weihnachtsmarkt*, *supermarkt*, gagner|gagne|gagnez
        en|du|confiance|la|de|le|temps|visibilite, conge* paye*, etude* de marche, marche* public*|financier*|de
        noel, combien de|d temps|annees|pages|jours|heures|experience, paye la peine, finit par payer,
        vale|valer|valdra|merece la pena, ganar|gano|gana experiencia|confianza|tiempo|el, ganarse, prestar atencion,
        pagar el|impuestos|multa*, investigacion|estudio* de mercado*, cuantos|cuantas dias|anos|paginas|horas,
        vacaciones pagadas, pay to stay|wait|get|go|have|hop|switch|learn, does it pay to stay|learn|wait|switch,
        lohnkosten*, wage|labor|labour|salary cost*, masse salariale, coste* de nomina, pay a visit|fine|fee, pay my
        dues|rent|bills|taxes, certificate|degree|diploma to earn""",
}
"""What is taken out before a question is read: it has words of pay or of the market in it, and asks for neither."""
