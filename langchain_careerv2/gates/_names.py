"""Words that tell names from other words, in lower case without accents, written down for this package.

`GIVEN` are common given names of several languages, without those that are common words, places or brands. `COMMON`
are words that no name has: roles, headings, techniques, companies, months, nationalities. The `SURNAMES` among them are
taken for one behind a given name. `TOWNS` are given names that are taken for none before one of `PLACES`. `BRANDS`
begin like names and are none.
"""

from __future__ import annotations

GIVEN = frozenset(
    # English
    """
    aaron abigail abraham adam adrian agnes aidan alan albert alec alex alexander alexandra alexis alfred alice alicia
    alison allison alvin alyssa amanda amelia amy andrea andrew andy angela angelina anita ann anna annabel anne
    annette annie anthony antonia archie arnold arthur ashley audrey ava barbara barry beatrice becky ben benjamin
    bernard bernice bertha beth bethany betty beverly bob bobby bonnie brad bradley brandon brenda brendan brent brett
    brian bridget bruce bryan caitlin caleb callum calvin cameron camilla candice carl carla carol caroline carolyn
    carrie casey cassandra catherine cathy cecilia chad charlene charles charlie charlotte cheryl chloe chris christina
    christine christopher cindy claire clarence claudia clifford clinton clive cody colin colleen connie connor conor
    constance corey courtney craig curtis cynthia damian dan daniel danielle danny daphne darren darryl dave david
    deborah debra declan denise dennis derek derrick diana diane dominic donald donna doreen doris dorothy douglas
    duncan dustin dylan eddie edgar edith edmund edna eduardo edward edwin eileen elaine eleanor elijah elizabeth ella
    ellen ellie elliott elsie emily emma eric erica erik erika erin ethan ethel eugene eunice eva evan evelyn fiona
    frances francesca francis frank fred freddie frederick freya gabriel gabriella gareth gary gavin gemma genevieve
    geoffrey george georgina gerald geraldine gerard gertrude gilbert gillian gina giles glenn glenda gloria gordon
    graham greg gregory greta gwen gwendolyn hannah harold harriet harry harvey heather hector heidi helen henry
    herbert hilary hilda holly howard hugh ian ida imogen irene isaac isabel isabella isabelle isla ivan jack jackie
    jacob jacqueline jake james jamie jane janet janice jared jason jayden jean jeff jeffrey jenna jennifer jenny
    jeremiah jeremy jerome jerry jesse jessica jill jim jimmy joan joanna joanne jocelyn jodie joe joel john johnny jon
    jonathan jonah joseph josephine josh joshua joyce juan judith judy julia julian julie juliet justin karen karl kate
    katherine kathleen kathryn kathy katie katrina kayla keith kelly kelvin ken kenneth kerry kevin kieran kimberly
    kirsten kirsty kristen kristin kristina kurt kyle lachlan lara laura lauren laurence lawrence leah leanne leila
    lenora leo leon leonard leroy leslie lewis liam lillian linda lindsay lindsey lisa liz lloyd lois lora lorraine
    louis louise lucas lucille lucy luke lydia lynn lynne mabel mackenzie madeleine malcolm mandy marcia marcus
    margaret maria marian marianne marie marilyn marion marissa marjorie marlene martha martin marvin mary mathew matt
    matthew maud maureen maurice maxine meg megan melanie melinda melissa melvin mia michael michelle miguel mike
    mildred millicent mitchell moira mollie molly monica muriel myra nadine nancy naomi natalie natasha nathan
    nathaniel neil nellie nicholas nick nicola nicole nigel nina noah noel nolan nora norma norman oliver olivia oscar
    owen pam pamela patricia patrick paul paula pauline peggy penelope perry peter phil philip phillip phoebe phyllis
    priscilla rachel ralph ramona randall randy raymond rebecca reginald rhonda ricardo richard rick ricky rita robert
    roberta robin rodney roger roland ronald ronnie rory rosalind rosie ross roxanne roy rupert russell ruth ryan sally
    sam samantha samuel sandra sara sarah scott sean sebastian selina seth shane shannon sharon shaun shawn sheila
    shelley sheryl shirley sidney simon sonia sophia sophie spencer stacey stacy stan stella stephanie stephen steve
    steven stewart stuart susan susanna suzanne sylvia tabitha tamara tammy tara tanya ted teresa terrence terry thelma
    theodore theresa thomas tiffany tim timothy tina toby todd tom tommy toni tony tracey tracy trevor trisha trudy
    ursula valerie vanessa vera vernon veronica vicki vicky victor victoria vincent vivian vivien walter wanda warren
    wayne wendy wesley wilfred wilhelmina willa william willie winifred yolanda yvette yvonne zachary zara zoe
    """
    # German, Dutch and Nordic
    """
    achim adelheid albrecht alexandra alfons alois andre andreas anette angelika anja anke annegret annelie anneliese
    annemarie annika ansgar anton antje arne arno astrid axel barbel bastian beate benedikt bernd bernhard bert bettina
    birgit birgitta birte bjorn bodo brigitte brit britta burkhard carina carsten christa christel christian christiane
    christof christoph claas claus cordula cornelia corinna dagmar daniela detlef detlev dieter dietmar dietrich dirk
    doreen dorothea eberhard eckhard edeltraud egon elfriede elisabeth elke ellen elmar elsa emil erhard erich ernst
    erwin esther eugen ewald fabian falk felix ferdinand florian frauke frederik friedhelm friedrich fritz gabriele
    georg gerd gerda gerhard gerlinde gernot gero gertrud gisela gottfried gregor gudrun guido gunnar gunter gunther
    gustav hanna hannelore hannes hanno hans harald hartmut hartwig hedwig heike heiko heiner heinrich heinz helena
    helga hella helmut hendrik henning henrik hermann hildegard hilke holger horst hubert ilona ilse imke ines inga
    inge ingeborg ingo ingrid inka irmgard isolde jakob jan jana janina jannik jens joachim jochen johann johanna
    johannes jonas jorg jorn josef jost judith julius jurgen jutta kai karin karola karsten kaspar katharina kathrin
    katja katrin kerstin kilian klaus klara konrad konstantin lars lea lena lennart leonie liesel lieselotte lorenz
    lothar lotte ludger ludwig luisa lukas lutz magdalena maik maike maja manfred manuela mareike margarete margit
    margot marianne mario marko markus marlies marten martina mathias matthias max maximilian mechthild meike melanie
    merle meta michaela mirjam mirko monika moritz nadja nils nele niklas niko nikolaus norbert olaf ole oskar oswald
    otto patrizia petra philipp pia raimund rainer ralf regina reiner reinhard reinhold renate richarda robin roland
    rolf rosa rosemarie rudiger rudolf rupprecht ruprecht sabine sabrina sandro saskia siegfried sigrid silja silke
    silvia simone sina soren stefan stefanie steffen steffi stephan susann susanne sven svenja swantje tanja tatjana
    thea theo thorben thorsten tilman till tim timo tobias torben torsten traudel udo ulf uli ulrich ulrike ursel uta
    ute uwe valentin veit verena viktor viktoria volker volkmar waldemar waltraud wenzel werner wiebke wilfried wilhelm
    willi willy winfried wolfgang wolfram yannick anders annelies bart birgitte bram daan elin emma espen femke floris
    freja gerrit gijs gitte haakon hakon harm hedda henk hilde ingvild jaap jelle jeroen jesper jette joep johan joost
    joris jurre kasper kees kjell koen lasse leif lieke linnea lotta maarten maartje mads magnus marit marijke mattias
    mette mikael mikkel nienke niels oddvar oyvind pekka pieter rasmus rikke roel ruben sander sanne sigurd sjoerd
    stijn sverre teun thijs tore tuomas ulla vibeke wouter aino eero jari juha jukka kaisa kari mika minna paivi sanna
    seppo ville
    """
    # French
    """
    adele adrien agathe aime aimee alain alban alexandre alexia aline alix alphonse amandine amelie anais anatole
    andree angelique annabelle anne-laure anne-marie anne-sophie anselme antoine antoinette apolline ariane aristide
    armand armelle arnaud arthur aude audrey auguste aurelie aurelien axelle baptiste barnabe bastien beatrice
    benedicte benoit bernadette berthe bertrand blanche brice brigitte bruno camille capucine carine carole caroline
    catherine cecile celestine celia celine cedric chantal charlene charlotte christelle christophe clarisse claudine
    clemence clement cleo coline colette corentin corinne cyprien cyril cyrille damien danielle delphine denis desire
    didier diane dominique dorian edith edmond edouard elea elena eleonore elise elodie eloise emeline emeric emilie
    emilien emmanuel emmanuelle enzo ernestine estelle etienne eugenie eva evelyne fabien fabienne fabrice fanny
    felicie fernand florent florian francine franck francois francoise frederic frederique gabin gaelle gael gaetan
    gaspard gaston genevieve geoffroy georges georgette gerard germaine ghislain ghislaine gilles gisele gregoire
    guilhem guillaume gustave gwenaelle helene heloise henri hermine hortense hugo hugues ines isabelle jacqueline
    jacques jeanne jean-baptiste jean-claude jean-francois jean-luc jean-marc jean-michel jean-paul jean-philippe
    jean-pierre jeannine jerome joel joelle johan jordane josephine josette josiane jules julie julien juliette justine
    karine kevin laetitia laure laurence laurent lea leandre leo leonie leopold liliane lionel lise loic lola loup lou
    luc lucas lucie lucien lucienne ludivine ludovic lydie mael maelle magali manon marc marcel marcelle margaux margot
    marguerite marie-claire marie-christine marie-france marie-helene marie-laure marie-louise marie-pierre marielle
    marion marius marjorie marlene martial martine maryse mathieu mathilde mathis matteo maud maurice maxence maxime
    melina melodie michele micheline michel mireille mohamed monique morgane muriel myriam nadege nadia nathalie
    nicolas nine noe noemie octave odette odile oceane olivier ophelie oriane pascale pascaline patrice paulette
    perrine philippe philippine pierre pierrette pierrick quentin rachelle raoul raphael raphaelle raymonde regis remi
    remy renaud rene renee robin rodolphe rolande romain romane romuald roxane sabine salome sandrine sebastien serge
    severine sidonie simone sixtine solange solene sophie stephane suzanne sylvain sylvaine sylvette sylvie tanguy
    tatiana theo theophile therese thibaud thibault thierry timothee titouan tristan ugo valentine valere valerie
    veronique victoire vincent virginie violaine vivienne xavier yael yann yannick yohann yolande ysee yves yvon zelie
    zoe
    """
    # Spanish, Portuguese and Italian
    """
    abel adela adolfo adriana agustin aitana aitor alba alberto alejandra alejandro alessandra alessandro alfonso
    alfredo alonso alvaro amalia amaya ana anabel andres angeles angelo antonella antonio araceli ariadna armando
    arturo asuncion beatriz begona belen benito benjamin bernardo berta blanca borja brenda bruna caetano camila carlos
    carlota carmela carmen carmelo catalina cayetana cesar chiara ciro claudio concepcion consuelo cristian cristiano
    cristina cristobal daniela dario davide diego dolores domenico edoardo eduarda elena elias elisa eloy elvira emilia
    emiliano emilio encarnacion enrico enrique ernesto estefania esteban esther eugenia eugenio eulalia eusebio eva
    fabio fabiola fatima federica federico felipe felicia fermin fernanda fernando filippo flavia francisca francisco
    gabriela gaspar gerardo giacomo gianluca giorgia giorgio giovanni giovanna giulia giuseppe gonzalo graciela
    gregorio guadalupe guillermina guillermo gustavo heitor hernan hugo humberto ignacio ilaria inaki inmaculada irene
    isidora isidro ismael itziar iker ivan jacinto jacobo jaime javier jesus jimena joana joao joaquim joaquin jordi
    jorge josefa jose josefina juana juanita julio laia larissa laura leandro leire leonardo leonor leticia lidia
    lorena lorenzo lourdes luca lucia luciana luciano lucrecia luigi luis luiz macarena maite manoel manuel marcela
    marcelo marco marcos margarita mariana mariano maricarmen mario marisa marisol marta martim martina mateo matilde
    mauricio mauro maximo micaela miguel milagros mireia miriam moises monserrat montserrat natalia nerea nestor
    nicolas nieves noelia nuno nuria octavio olga oriol ornella oscar osvaldo pablo paloma pamela paola paolo patricio
    paulo pedro pilar pietro rafael rafaela ramiro ramon raquel raul rebeca remedios renata ricardo roberto rocio
    rodrigo rogelio romina rosalia ruben salvatore sancho sandra santiago saul sergio silvana silvio simona sofia
    soledad sonia stefania stefano susana tania teodoro teresa thiago tomas umberto unai valentina valeria vasco
    vicente vincenzo violeta viviana walter xavi ximena yago yaiza yolanda zaira zulema
    """
    # American, and older German and Spanish
    """
    alejandra amari ariana armani bobbie brianna brittney bryant bryce cassie colton cory dalton darnell deanna debbie
    dena deshawn devin devon dillon dominique donovan dwayne dwight elisha eliza emanuel ernest everett felicia garrett
    glen glenda hailey haley isaiah jaclyn jarrod jay jeanette jeffery jeremiah jermaine jerald jillian jodi johnathan
    jolene kaitlin kaitlyn kara karina keisha kelli kelsey kendra kirk krista kristi kristine kristopher kristy kurtis
    lacey lamar larry latasha latoya lonnie loretta lynda mallory marcia maribel marisol melody misael micheal mitch
    nichole nikki patty preston quinn rebekah robyn rosalie sade shawna sheena shelby sherri sherry sheri stacie
    stefanie tamika tanisha tara tasha taylor terrell terri tonya traci travis trent tyler tyrone valarie vickie
    whitney yesenia zane anneke anke-maria ekkehard eckart edelgard engelbert ernestine ewa friederike frieda
    friedegard gebhard gesine hanspeter hedi hermine hiltrud ingolf irmtraud irmtraut isabell jacqueline jasmin jette
    karlheinz kathi klaus-dieter kunigunde leonhard leopold liane liselotte ludmilla mandy marga marlen mathilde mirja
    nadine nelli nico oda ottilie pascal pauline rosita roswitha ronny sibylle sieglinde sigmar sigrun steffan tilly
    trude ulla valentina vinzenz volkhard walburga walther weert wencke wilma winfrid zita amada amado apolinar
    aureliano aurelio baldomero bartolome basilio benigno bonifacio calixto candida candido casandra celestino celso
    cipriano clemente clotilde conrado constanza crispin curro dalila desiderio dionisio edelmira edelmiro eladio
    eleuterio eligio emigdio epifanio eufemia eustaquio evangelina evaristo feliciano fidel florencio fortunato froilan
    fulgencio genaro gervasio gilberto gumersindo heliodoro herminia hilario hipolito honorio inocencio isaura itziar
    javi jeronimo leoncio leocadia lisandro lucio lupe macario marcelino maximiliano maximino melchor nacho nazaret
    nicanor nicodemo obdulia octavia olegario olimpia oriana paca paco pancho pascual pepe pepita perla plinio porfirio
    primitivo prudencio quique rosalinda rosendo rufino ruperto ruy sandalio saturnino segismundo serafin severino
    severo silvestre tadeo telmo teodosio tiburcio timoteo toribio trini ulises urbano venancio vilma victoriano
    victorino virgilio wilfredo yesica zacarias
    """
    # International
    """
    aarav abdul abdullah abdulrahman abebe adebayo adeola adil aditi aditya agnieszka ahmad ahmed aisha ajay akash
    akiko akira aleksander aleksandr aleksandra aleksei alexei alexey ali alina amadou amar amina amir amira amit
    amrita anastasia anand ananya andrei andrzej anil anjali ankit anna anton anushka aparna archana arjun artem arun
    asha ashok asif aya ayesha aylin ayse aziz babatunde balazs baran beata bilal boris bogdan boubacar cemal chang
    chen chandra chiamaka chidi chidinma chinedu chinwe chioma chukwuemeka dagny daichi danuta darya deepa deepak deniz
    devika dinesh divya dmitri dmitry dorota ebru ekaterina elif emeka emin emre ewa fadi farah faisal farid fatemeh
    fatih fatima fatma fatoumata feng folake funmilayo ganesh gaurav geeta gopal grzegorz habib hadiya haruki haruto
    hasan hassan hiroshi hiroko huda hui huseyin hye-jin ibrahim ifeoma igor imran indira irina ismail istvan ivana
    iwona jagoda jamal jaroslav jelena jia jing jin jun katarzyna kateryna karim kavita kemal kenji khadija khalid
    kiran kofi krishna krzysztof kumar kwame lakshmi lamine latifa leila lijuan ling liudmila lubna lucja ludmila
    maciej magda mahmoud malgorzata malik mamadou manish manoj marek mariam mariusz marketa mateusz mayumi meera mehmet
    mei mehdi mikhail milena milos min-jun ming minh mohammad mohammed mohan monika muhammad muhammed murat mustafa
    naoki nasreen natalya neha ngozi nikhil nikolai nikolay ning nisha nkechi noor nour olena oleg oleksandr olga
    olumide oluwaseun omar ondrej orsolya osman ousmane padma parisa pawel petr petra piotr pooja prakash prashant
    pranav priya priyanka qing radek radoslaw rahul raj rajesh rajiv rakesh rani rashid ravi reza riya rohan rohit
    roksana sachin sadia saeed sakura salim salma samir sandeep sanjay santosh sapna sara satoshi sergei sergey
    seung-hoon shabnam shankar shanti sheng shilpa shreya siddharth slawomir sneha soo-jin sunil suresh sunita svetlana
    swati syed szymon tadeusz takashi takeshi tamas tariq tarek tatsuya thanh thi tomasz tomoko tunde uchenna umar usha
    vadim varun vasily vijay vikas vikram vinay vineet vivek vladimir volodymyr wei wioletta wojciech xiang xiaoming
    xin yan yang yasmin yasmine yevgeny yifan ying yuan yui yuki yuko yulia yuri yusuf yusra zahra zainab zbigniew
    zeynep zhen zheng zhi zofia zsofia zuzana
    """.split()
)

COMMON = frozenset(
    # what people do
    """
    accountant accounting actuary administrator advisor adviser agent agronomist aide ambassador analyst animator
    apprentice architect artist assistant associate attorney auditor baker banker barista bartender bookkeeper broker
    builder buyer captain caregiver carer carpenter cashier chair champion chef chemist chief clerk coach cofounder
    commander commis consultant contractor controller cook coordinator copywriter counsel counselor counsellor curator
    custodian dentist deputy designer developer diplomat director dispatcher doctor driver economist editor educator
    electrician employee engineer engineers entrepreneur estimator examiner executive expert facilitator fellow
    firefighter foreman founder freelancer gardener geologist graduate guard guide handyman head host hygienist
    inspector installer instructor intern internist interpreter investigator janitor journalist judge labourer laborer
    lawyer lead leader lecturer librarian linguist lifeguard machinist maintainer manager managers master mathematician
    mechanic merchandiser midwife modeler moderator nanny negotiator nurse nurses nutritionist officer operator
    optician optometrist orderly organizer owner painter paralegal paramedic partner pathologist pediatrician
    pharmacist photographer physician physicist physio physiotherapist pilot planner plumber porter president principal
    producer professional professor programmer psychologist publisher radiographer receptionist recruiter registrar rep
    representative researcher reviewer sailor scientist secretary senior seller server sergeant specialist sponsor
    staffer statistician steward strategist student superintendent supervisor supporter surgeon surveyor teacher
    technician technologist teller tester therapist trader trainee trainer translator treasurer tutor underwriter usher
    vet veterinarian volunteer waiter waitress warden watchman welder worker workers writer junior mid staff vice
    acting interim certified registered licensed chartered
    """
    # headings, verbs and other words of requests and resumes
    """
    about achievements activities additional address advanced all also and anschreiben any application applicant apply
    areas ats attached availability available award awards background bachelor basic benefits bereich best bio birth
    body brief budget bullet bullets business candidate candidates career careers certificate certificates
    certification certifications change client clients company compare compensation competencies competitive
    confidential contact content contract core corporate country cover create crew culture curriculum customer
    customers cv daily data date day days dear degree demand department describe description detail details diploma
    diversity document draft duties early education email emergency employer employment english equity evaluation
    example excellent executive experience external expertise facility file final financial find fit fixed follow for
    from full fully gap gaps general generate give global goal goals group growth hard head headline health help high
    hire hiring history hobbies home hourly hours how ideal improve in includes industry information internal
    international interests interview introduction its job jobs key keywords knowledge language languages last level
    license list local location long looking main make management market match me medium member middle mission mobile
    modern must my name native need net new night no none note notes objective objectives of office on one online open
    operations optimize optimise or our overview page paid part performance period permanent personal phone plan please
    portfolio position power prepare presentation primary private problem process product production professional
    profile program programme project projects proven public publications qualification qualifications quality
    questions rate references referral region regional relevant remote report request required requirements research
    responsibilities responsibility resume review rewrite role roles salary sales schedule scholarship scope score
    secondary section selected self service services shift short side site skill skills social software solid solution
    solutions source sourcing special start state statement status store strategic strategy strengths strong study
    subject success suitable summary support tailor target task tasks team teams technical technology term terms text
    the this title to today tool tools top total track training travel turn two type university unit update upper us
    use user using value vacancy various visa vision volunteer wanted warehouse we web week weekly welcome what when
    where which who why with work worked working workplace write written year years you your junior associate first
    second third north south east west northern southern eastern western central lower greater metropolitan big small
    old young great happy
    """
    # fields, methods and tools
    """
    access acute adobe advertising aerospace agile air airflow ajax algorithm algorithms amazon analytics android
    angular ansible apache api apis apple application applied app apps arabic art arts artificial asana asp assembly
    asset audit auditing automation automotive aviation azure backend back bank banking bash belt billing bim biology
    black blockchain blue bootstrap brand building bursa c cad calculus capital cardiac care chain chemical chemistry
    cisco civil claims cleaning clinical cloud cobol code coding cold collaboration commerce commercial communication
    communications community compliance computer computing confluence construction consulting continuous control cost
    credit crm crud css customs cyber cybersecurity database databases dbt debugging deep defense delivery delphi
    deployment design desktop development device devices devops digital discovery distributed django docker dotnet
    drupal e-commerce economics editing electrical electronic electronics elixir embedded energy engine engineering
    english enterprise environment environmental epic erp estate ethics event events excel exchange express fashion
    fastapi figma finance firebase flask flow flutter food forecasting foundation framework frontend front fullstack
    game gaming gas gcp git github gitlab golang google government governance gradle grafana graphic graphql green
    growth hadoop haskell healthcare heroku hibernate hospitality hotel hotels html http hubspot human hvac illustrator
    incident indesign industrial infrastructure innovation insurance integration intelligence intensive inventory
    investment ios iot it itil java javascript jenkins jira journal json kafka kanban kitchen kotlin kubernetes lab
    laboratory laravel law lean learning legal library linear linux logic logistics machine maintenance manufacturing
    maps marine maritime marketing material materials math mathematics matlab mechanical media medical medicine mental
    merchandising microservices microsoft mining model modeling modelling models mongodb mortgage motion music mysql
    native natural network networking networks neural nextjs nlp node nosql nuclear numpy nursing object oil online
    oncology operating operational optimization oracle order outlook outreach pandas patient patients payment payments
    payroll pediatric pediatrics people perl pharma pharmacy photoshop php physical physics pipeline planning platform
    playwright policy postgres postgresql power powerpoint predictive pricing print privacy procurement professional
    programming prometheus property protocol psychology purchasing python pytorch quantitative quality rails rabbitmq
    react real redis redux reliability rest retail retention revenue risk robotics ruby rust safety salesforce sap sass
    scala school science sciences scikit-learn scrum script search security selenium seo server servers sharepoint
    shell shopify sigma simulation six slack snowflake soap soft solar spark speech spring sql ssl stack stakeholder
    statistical statistics storage structural structured supply surgery surgical sustainability svelte swift system
    systems tableau tax teaching telecom tensorflow terraform test testing theory therapy time trade trading
    transformation transport transportation treasury triage twitter typescript unity unix utilities ux vendor video
    virtual vision visual visualization vmware vue water wealth web weblogic white windows wireless wordpress workday
    workshop xml yellow zendesk zoom aws ccna cissp comptia cpa cfa pmp prince prince2 toefl ielts mba phd msc bsc meng
    beng rn lpn bls acls kpi kpis okr roi b2b b2c saas paas linkedin indeed glassdoor facebook instagram tiktok youtube
    stripe paypal netflix
    """
    # companies and institutions
    """
    academy ag agency aktiengesellschaft airlines airways association authority bakery bancorp bros brothers bureau
    cafe center centre chamber charity church clinic club co college collaborative committee compagnie conservatory
    corp corporation council daughters entertainment enterprises etablissements fabrik factory federation fils
    financial firm foundation freres gbr gesellschaft gmbh group groupe grupo gruppe guild gymnasium hochschule holding
    holdings hospital house inc incorporated industries institut institute instituto international kg kgaa kirche
    klinik klinikum krankenhaus labs laboratories limited llc llp logistics ltd magazine mbh ministry motor motors
    museum ngo nonprofit observatory ohg orchestra organisation organization partners party plc polytechnic praxis
    press pty publishing railway records restaurant restaurants sa sarl sas schule se securities society sons spa
    stiftung store stores studio studios supermarket supermarkets technologies theater theatre trust union universidad
    universidade universitat universite universität ventures verband verein verlag werke
    """
    # German
    """
    abschluss abteilung aktuelle allgemeine als anforderungen angebot angestellte ansprechpartner anlagen arbeit
    arbeitgeber architektin arzt arztin assistent assistentin aufgaben aufgabengebiet ausbilder ausbildung aushilfe
    auszubildende auszubildender automatisierung backer bau bauleiter bauingenieur beauftragte berater beraterin
    bereichsleiter beruf berufserfahrung beschreibung betreuer betrieb betriebsleiter bewerber bewerberin bewerbung
    bewerbungsunterlagen bildung buchhalter buchhalterin buchhaltung chefarzt das datenbank datenschutz der deutsch
    deutsche die diplom diplom-ingenieur dipl-ing disponent dozent dual duales ein eine einkauf einkaufer elektriker
    elektroniker elektrotechnik entwickler entwicklerin entwicklung erfahrung erste erzieher erzieherin
    fachinformatiker fachkraft fachkraftfahrer fahrer fertigung finanzbuchhalter forschung frau fuhrungskraft fur
    geburtsdatum geschaft geschaftsfuhrer geschaftsfuhrerin geschaftsleitung gesucht gesundheit gruppenleiter handel
    handwerk hauptschule haus hausmeister herr hilfe hilfskraft hohe ich im immobilien industrie industriekaufmann
    informatik informatiker ingenieur ingenieurin ingenieurwesen inhaber ihr ihre instandhaltung jahre junge kaufmann
    kauffrau kaufmannische kellner kenntnisse kindergarten koch kochin konstrukteur kontakt koordinator koordinatorin
    krankenpfleger krankenschwester kraftfahrer kunde kunden kundenberater kundenservice kurier lager lagerist
    lagerlogistik landwirt lebenslauf lehrer lehrerin leiter leiterin leitung maler management maschinenbau maurer
    mechaniker mechatroniker medien mein meine meister mitarbeit mitarbeiter mitarbeiterin monteur muttersprache
    nachtschicht nachname neue neuen noch oberarzt optimiere personal personalabteilung personalreferent pflege
    pflegedienst pflegefachkraft planung praktikant praktikantin praktikum produktion produktmanager projekt projekte
    projektleiter projektleiterin projektleitung projektmanagement prufer qualitat qualitatssicherung rechnungswesen
    rechtsanwalt referent referentin reinigung sachbearbeiter sachbearbeiterin schlosser schreibe schreiner schuler
    sehr sekretar sekretarin sicherheit sie softwareentwickler softwareentwicklerin sozialarbeiter sprachen stadt
    standort stelle stellenanzeige stellenausschreibung stellenbeschreibung steuerberater student studentin studium
    techniker technik technische technischer teamleiter teamleiterin teilzeit tischler trainer und unsere unternehmen
    unterlagen verantwortung verfahrenstechnik verkaufer verkauferin verkauf vertrieb vertriebsleiter
    vertriebsmitarbeiter verwaltung vollzeit volljurist vorname weiterbildung werk werkstudent werkstudentin wir
    wirtschaft wirtschaftsinformatik wissenschaft wissenschaftlicher wohnort zeit zertifikate zeugnis zeugnisse ziel
    ziele zusammenfassung zweite
    """
    # French, Spanish, Italian and Portuguese
    """
    acheteur acheteuse adjoint adjointe administratif administrative aide-soignante agent alternance ameliorer analyste
    apprenti assistante atouts attache attachee au auxiliaire avocat avocate bts cadre caissier candidat candidate
    candidature centres charge chargee chauffeur chef cheffe chercheur commercial commerciale competences comptabilite
    comptable conducteur conductrice conseil conseiller conseillere consultant consultante controleur coordinateur
    coordinatrice createur cuisinier curriculum dans de des developpement developpeur developpeuse diplome directeur
    directrice donnees du ecole educateur electricien emploi employe en enseignant enseignante entreprise equipe et
    etudes etudiant experience experiences expert-comptable fiche formateur formation formations francais gestion
    gestionnaire graphiste hotesse hote infirmier infirmiere informaticien informatique ingenieur ingenieure interets
    interimaire juriste langues lettre licence livreur loisirs magasinier maitre marche mecanicien medecin mission
    missions motivation nationale ouvrier permis plombier poste pour professeur profil programmeur projet redacteur
    redactrice recherche referent relations rescue reponsable responsable ressources sante secretaire securite soudeur
    stage stagiaire sur technicien technicienne travail une vendeur vendeuse ventes abogado abogada administracion
    administrador administradora administrativo administrativa albanil analista aptitudes arquitecto arquitecta asesor
    asesora asistente aspirante auxiliar ayudante becario busca camarero camarera candidato candidata carta cocinero
    cocinera comercial competencias con conductor consultor consultora contable contador coordinador coordinadora
    cualificaciones datos dependiente desarrollador desarrolladora desarrollo diplomado director directora disenador
    disenadora doctorado economista educacion el electricista empleado empleo empresa encargado enfermero enfermera
    equipo escuela espanol especialista estudiante estudios experiencia experto formacion fontanero gerente gestor
    gestora grado habilidades hoja idiomas ingeniera ingenieria ingeniero jefa jefe la las licenciado licenciada
    licenciatura limpieza los maestro maestra marketing mecanico medico medica mejora mi mozo nombre objetivo obra
    operario oferta para perfil personal practicas presentacion profesional profesor profesora programador programadora
    proyecto proyectos publica puesto recepcionista recursos referencias reponedor resumen salud secretaria seguridad
    senor senora soldador soporte supervisor tecnico tecnica titulacion titulo trabajador trabajo un una universitario
    vacante vendedor vendedora ventas vida ingegnere impiegato laurea lavoro scuola sviluppatore engenheiro engenheira
    desenvolvedor vaga
    """
    # time, nations
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday spring summer autumn winter januar februar marz mai juni juli oktober dezember
    montag dienstag mittwoch donnerstag freitag samstag sonntag janvier fevrier mars avril juin juillet aout septembre
    octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche enero febrero marzo abril mayo junio
    agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo today present
    african american arabic argentinian asian australian austrian belgian brazilian british canadian catalan chilean
    chinese colombian czech danish dutch egyptian english european finnish french german greek hindi hungarian indian
    indonesian iranian irish israeli italian japanese kenyan korean latin mandarin mexican moroccan nigerian norwegian
    pakistani polish portuguese romanian russian scottish serbian spanish swedish swiss thai turkish ukrainian
    vietnamese
    """.split()
)

SURNAMES = frozenset(
    """
    baker banker bishop black bush carpenter carter chambers chase cook cooper day driver english fellow field fields
    backer drucker french gardener german graf great green guard hand hart head hill holland host hunter irish jager
    judge jung kaiser kaufmann keller kellner koch konig law lane lehrer long love maler marsh marshall mason master
    masters maurer may meister mercado mission neumann noble north page painter parker partner pope porter power price
    prince quality rust sailor sales sargent schreiner schlosser schuler sharp short small sommer south spring steward
    stone story strong summer swift tischler trainer turner wagner walker warden water waters wealth welch welder west
    white wild winter wise wood work young
    """.split()
)

PLACES = frozenset(
    """
    africa alabama alaska albania algeria america amsterdam antwerp argentina arizona arkansas asia athens atlanta
    austin australia austria baltimore bangalore barcelona basel bavaria bayern beijing belgium berlin bern birmingham
    bogota bolivia bombay bonn bordeaux boston brasil brazil bremen bristol brussels budapest bulgaria california
    cambodia canada carolina chennai chicago chile china colombia colorado connecticut copenhagen costa croatia cyprus
    dakota dallas delaware delhi denmark denver deutschland detroit dortmund dresden dubai dublin duesseldorf
    dusseldorf ecuador edinburgh egypt england espana essen estonia ethiopia europe finland florida france frankfurt
    geneva georgia germany ghana glasgow greece guatemala hamburg hannover hawaii heidelberg helsinki honduras hongkong
    houston hungary hyderabad iceland idaho illinois india indiana indonesia iowa iran iraq ireland israel istanbul
    italia italy jamaica japan jersey johannesburg kansas karlsruhe kenya kentucky koeln koln korea kuwait lagos leeds
    leipzig lille lima lisbon london louisiana luxembourg lyon madrid maine malaga malaysia manchester marseille
    maryland massachusetts melbourne mexico miami michigan milan minnesota mississippi missouri montana montpellier
    montreal morocco moscow mumbai munchen munich nairobi nantes nebraska nepal netherlands nevada newcastle nice
    nigeria norway nurnberg ohio oklahoma ontario oregon orleans oslo osterreich oxford pakistan panama paraguay paris
    pennsylvania peru philadelphia philippines phoenix poland portland porto portugal potsdam prague quebec rennes rico
    romania rome russia rwanda salvador scotland seattle seoul serbia sevilla seville shanghai sheffield singapore
    slovakia slovenia spain stockholm strasbourg stuttgart sweden switzerland sydney taiwan tennessee texas thailand
    tokyo toronto toulouse tunisia turin turkey ukraine uruguay usa utah utrecht valencia vancouver venezuela vermont
    vienna vietnam virginia wales warsaw washington wien wisconsin wyoming yorkshire zagreb zaragoza zealand zurich
    """.split()
)

TOWNS = frozenset(
    """
    adela alba alberta alma augusta carmen catalina charlotte clara elena eugene georgia helena jose juan lourdes
    margarita maria marie marina martin monica pedro petra regina rosa salvador santiago sofia sophia teresa vicente
    victoria xavier
    """.split()
)

BRANDS = frozenset(
    tuple(pair.split("-"))
    for pair in """
    calvin-klein charles-schwab carl-zeiss max-planck marie-curie robert-bosch robert-half robert-walters robert-koch
    michael-page michael-kors oliver-wyman oscar-mayer ralph-lauren tommy-hilfiger hugo-boss philip-morris
    louis-vuitton kate-spade arthur-andersen jack-daniels johnnie-walker johnny-walker harry-winston henry-schein
    eddie-bauer dale-carnegie arthur-little jean-monnet konrad-adenauer friedrich-ebert friedrich-naumann heinrich-boll
    hans-bockler fraunhofer-ises edward-jones raymond-james frank-recruitment eli-lilly paul-hastings morgan-stanley
    baker-hughes kelly-services victoria-metrics julia-computing alice-springs dolores-park santiago-bernabeu
    marks-spencer thomas-cook jones-lang charlie-hebdo juan-valdez mary-kay betty-crocker tim-hortons papa-john
    aldi-sud peter-lang walter-kluwer john-deere james-webb allen-overy stella-artois ernst-klett otto-bock felix-burda
    gruner-jahr theodor-heuss edgar-filing max-maya bernard-matthews ben-jerry ted-talk ted-talks ted-baker ray-ban
    dan-murphy leo-burnett leo-pharma philip-crosby
    """.split()
)
