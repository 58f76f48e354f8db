"""Skills, tools, certificates, methods and languages by their names, and words that name none of them."""

from __future__ import annotations

# A term is its names, with "=" between them; one without capitals is a method, whose words may be inflected. "~" before
# a name: in an answer only a capital makes it one; "!": in a request, too.
_TERMS = """
Python, Java, JavaScript=JS=ECMAScript, TypeScript=TS, !C, C++=CPP, C#=C Sharp, !Go=Golang, !Rust, !Ruby, PHP, Perl,
Ruby on Rails=!Rails, Scala, Kotlin, !Swift, Objective-C, !R, MATLAB, ~Julia, Haskell, ~Dart, VBA=Visual Basic for
Applications, Bash, PowerShell, SQL, NoSQL, HTML=HTML5, CSS=CSS3, ~Sass, Tailwind, React=React.js, React Native,
Redux, Angular=AngularJS, Vue=Vue.js, Next.js, jQuery, Node.js=~Node, !Express=Express.js, Django, ~Flask, FastAPI,
!Spring, Spring Boot, .NET=dotnet, ASP.NET, Laravel, ~Flutter, GraphQL, Kafka=Apache Kafka, RabbitMQ, Redis,
PostgreSQL=Postgres, MySQL, ~Oracle, SQL Server=MSSQL, MongoDB=~Mongo, DynamoDB, Elasticsearch=Elastic Search, Docker,
Kubernetes=k8s, OpenShift, Helm, Istio, Terraform, Ansible, ~Puppet, !Chef, !Vault, Jenkins, GitLab, GitHub=GH, Git,
Prometheus, Grafana, Datadog, Splunk, Linux, Unix, Nginx, AWS=Amazon Web Services, AWS Lambda=!Lambda,
~Azure=Microsoft Azure, GCP=Google Cloud Platform=Google Cloud, Heroku, CI/CD=CI=continuous integration=continuous
delivery=continuous deployment, DevOps, SRE=site reliability, microservices, REST API=RESTful API=REST, serverless,
test automation, Selenium, ~Cypress, Playwright, ~Jest, JUnit, pytest, ~Postman, unit testing, Jira, Confluence,
Scrum, Kanban, ~Agile, Scaled Agile=SAFe, PMP=Project Management Professional, penetration testing, CompTIA
Security+=Security+, Active Directory, VMware, Cisco, TCP/IP, iOS, Android, ~Unity, Unreal Engine, ~Arduino,
BLE=Bluetooth Low Energy, AutoCAD, SolidWorks, CATIA, Ansys, Revit, BIM=building information modeling,
GIS=ArcGIS=QGIS, FEA=finite element analysis, PLC=programmable logic controller, ~Siemens, drones, machine
learning=ML, deep learning, artificial intelligence=AI, NLP=natural language processing, computer vision, LLM=large
language model, reinforcement learning, neural networks, TensorFlow, PyTorch, scikit-learn=sklearn, ~Pandas, NumPy,
Spark=PySpark, Hadoop, ~Hive, Airflow, dbt, ~Snowflake, BigQuery, Databricks, Tableau, Power BI, Looker, Looker
Studio, ~Excel=Microsoft Excel=MS Excel, SPSS, ~SAS, Stata, A/B testing=A/B test=split testing, ETL, data modeling,
data warehousing, data governance, regression analysis, VLOOKUP, pivot tables, macros, PowerPoint, !Word=Microsoft
Word, !Access=Microsoft Access, ~Outlook, SharePoint, Microsoft Office=MS Office=Pack Office=Office 365=Microsoft 365,
MS Project=Microsoft Project, Google Workspace, ~Slack, ~Notion, UX=user experience, UI=user interface, Figma,
~Sketch, InVision, Adobe XD, Photoshop, ~Illustrator, InDesign, After Effects, Adobe Creative Suite=Adobe Creative
Cloud=Adobe CC, ~Canva, ~Blender, Miro, usability testing, wireframing, registered nurse=RN, licensed practical
nurse=LPN, certified nursing assistant=CNA, nurse practitioner, BLS=basic life support, ACLS=advanced cardiac life
support, PALS=pediatric advanced life support, CPR, ~Epic, Cerner, EHR=EMR=electronic health record=electronic medical
record, PointClickCare, HIPAA, ICU=intensive care, telemetry, IV therapy=intravenous therapy, wound care, triage,
phlebotomy, infection control, mechanical ventilation=ventilator management, CRRT=continuous renal replacement
therapy, dialysis, palliative care, sterile technique, vital signs, catheterization, ICD-10, medical coding,
radiology, ultrasound, ECG=EKG, pharmacology, good clinical practice, GMP=good manufacturing practice, clinical
trials, GAAP=US GAAP, IFRS, SOX=Sarbanes-Oxley, CPA=certified public accountant, CFA=Chartered Financial Analyst, SAP,
S/4HANA, DATEV, NetSuite, QuickBooks=QuickBooks Online=QBO, ~Xero, ~Sage, BlackLine, ~Workday, ERP=enterprise resource
planning, accounts payable=AP, accounts receivable=AR, general ledger, month-end close, bank reconciliation, variance
analysis, DCF=discounted cash flow, financial modeling, due diligence, mergers and acquisitions=M&A, valuation, cash
flow forecasting, KYC=know your customer, AML=anti-money laundering, underwriting, Salesforce, HubSpot, CRM=customer
relationship management, !Outreach, Sales Navigator=LinkedIn Sales Navigator, cold calling, lead generation=lead gen,
Pipedrive, ~Marketo, SEO=search engine optimization=search engine optimisation, SEM=search engine marketing,
PPC=pay-per-click, Google Ads, Google Analytics=GA4, Meta Ads=Facebook Ads, Mailchimp, Klaviyo, ~Braze, Ahrefs,
Semrush, WordPress, Shopify, copywriting, email marketing, influencer marketing, conversion optimization, quality
assurance=QA, business intelligence=BI, emergency department=ED=emergency room=ER, public relations=PR, KPI=key
performance indicator, OKR=objectives and key results, Six Sigma=Lean Six Sigma, Green Belt, Black Belt, !Lean,
Kaizen, root cause analysis, WMS=warehouse management system, TMS=transportation management system, MRP=material
requirements planning, S&OP=sales and operations planning, demand planning, safety stock, cycle counts,
forklift=Gabelstapler, CDL=commercial driver's license, hazmat=hazardous materials, route planning, last-mile
delivery, cross-docking, cold chain, FMEA=failure mode and effects analysis, SPC=statistical process control, HVAC,
welding, TIG welding=TIG=GTAW, MIG welding=MIG=GMAW, stick welding=SMAW, Instagram=IG, brazing, soldering, plumbing,
carpentry, scaffolding, blueprint reading, conduit bending, motor controls, CNC, injection molding=injection moulding,
sheet metal, crane operation, lesson planning, classroom management, differentiated instruction, IEP=individualized
education program, Montessori, ESL=English as a second language, Google Classroom, ~Canvas, Moodle, Kahoot, Seesaw,
curriculum development, ~Blackboard, phonics, Westlaw, LexisNexis, Bluebook, e-discovery, legal research,
GDPR=DSGVO=RGPD=General Data Protection Regulation, NDA=non-disclosure agreement, intellectual property=IP,
CLM=contract lifecycle management, mediation, arbitration, notary public, contract drafting, HACCP, ServSafe,
sommelier, ~Opera, ~Micros, ~Amadeus, POS=point of sale, revenue management, yield management, night audit, barista,
pastry=patisserie, food costing, upselling, payroll, talent acquisition, labor law, bachelor's
degree=bachelor=BSc=BA=BS=BEng, master's degree=master of science=MSc=MA=MS=MEng, MBA=master of business
administration, PhD=doctorate, driver's license=driving licence=Führerschein, ~Trello, ~Asana, Zendesk, ~Zapier,
~Airtable, ~Lexware, ~Personio, bookkeeping, video editing, photography, fundraising, grant writing, physiotherapy,
anesthesia, suturing, intubation, first aid=Erste Hilfe=premiers secours=primeros auxilios,
English=Englisch=anglais=inglés, German=Deutsch=allemand=alemán, French=Französisch=français=francés,
Spanish=Spanisch=espagnol=español, Italian=Italienisch=italien=italiano, Portuguese=Portugiesisch=portugais=portugués,
Dutch=Niederländisch=néerlandais, ~Polish=Polnisch=polonais=polaco, Russian=Russisch=russe=ruso,
Mandarin=Chinese=Chinesisch=chinois=chino, Japanese=Japanisch=japonais=japonés, Korean=Koreanisch=coréen=coreano,
Arabic=Arabisch=arabe=árabe, Hebrew, Turkish=Türkisch=turc=turco, Hindi, Tamil, Vietnamese, Thai, Tagalog,
Swedish=Schwedisch, Norwegian=Norwegisch, Danish=Dänisch, Finnish=Finnisch, Czech=Tschechisch, Ukrainian=Ukrainisch,
Catalan=catalán, Latin, sign language
"""

TERMS = tuple(tuple(term.split("=")) for term in " ".join(_TERMS.split()).split(", "))
"""Every term, as its names with their marks."""
OPAQUE = frozenset(
    tuple(name.split())
    for name in "react native,objective c,visual studio code,go to market,r d,c level,c suite,vitamin c".split(",")
)
"""Words that together mean another thing than one of them alone."""

GENERIC = frozenset(
    """
able academic account achieve action activity administer administration adobe adult advance advice agency am american
analysis annual apache api apply approach april area art aspect assess assist associate ats attend audience august
award background balance base basic behavior benefit best board book brand budget build business call campaign
candidate capable care career case center ceo certificate change channel check chief child class clean client coach
collaborate college communicate community company compliance computer concept consult content continuous contract
control coordinate core corporate cost course create critical culture current customer cv daily data day deadline
december decision degree deliver demand department design detail develop digital diploma direct diverse document
domain driven duty early educate effective efficient electronic employ engage engineer environment equipment ethic eu
europe european evaluate event excellent execute executive experience expert external facility february feedback field
file final finance first flexible focus formal friday full function general global gmbh goal good graduate group
growth guest guide handle health help high hour house hr human idea ii iii impact improve inc industry inform
initiative innovate install instruct integrate internal international inventory issue iv january jd job journey july
june junior key knowledge large lead learn level license life line list llc local ltd maintain manage manufacture
march market material may measure media meeting member mentor method metric microsoft modern monday month need network
new night no none not november number october office ok online open operate optimize order organize outcome package
part partner patient people perform person plan platform pm policy portfolio position practice prepare present price
problem procedure process procure product professional program project public purchase quality rate reading record
relation relationship reliable remote report require research resolve resource respond response responsible result
resume retail retain review risk role safety sale satisfaction saturday schedule school science score section secure
senior september service session setting shift short site skill social soft software solution solve special staff
stakeholder standard start state statistics store strategic strategy strong student study subject success sunday
supervise supply support survey system task teach team teamwork technical technique technology test think thursday
time title top track trade train transition transport treat tuesday type uk unit university update usa usage use user
vendor visual warehouse wednesday week word work workflow workplace workshop world write written year
""".split()
)
"""Words that name no skill, tool or place, as their base forms."""
