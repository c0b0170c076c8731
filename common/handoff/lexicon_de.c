#include "common/handoff/lexicon.h"

const struct lexeme lexicon_de[] = {
	{ ROLE, "~mitarbeiter{,in,n,s,innen} ~berater{,in,n} ~kundenberater{,in} "
		"operator{,en} agent{,en} sachbearbeiter{,in} ~vertreter ansprechpartner{,in} "
		"kollege kollegen vorgesetzt{er,en} manager servicemitarbeiter{,in} "
		"kundenbetreuer{,in} betreuer experten fachmann menschlichen_support "
		"supportmitarbeiter ~support_mitarbeiter{,in} servicekraft teamleiter{,in} "
		"filialleiter{,in} fachkraft kundendienstmitarbeiter{,in} supporter{,in} "
		"geschäftsführer{,in}" },
	{ PERSON | LIVE, "~mensch{,en}" },
	{ PERSON, "person" },
	{ PEOPLE, "leute leuten personen" },
	{ SOMEBODY, "jemand{,en,em} leute leuten irgendwer irgendwen irgendjemand{en,em,} "
		    "personen wer_da irgendwem jmd jmdn" },
	{ LIVE, "echt{e,en,er,em,es,} wirklich{e,en,er} real{e,en,er} richtig{e,en,er} "
		"menschlich{e,en,er} lebendig{e,en,er} lebend{e,en,er} aus_fleisch_und_blut "
		"leibhaftig{en,er} persönlich{e,en,er} kompetent{e,en,er} fähig{e,en,er}" },
	{ SUPPORT, "support kundenservice kundendienst kundenbetreuung hotline service" },
	{ BOT, "bot bots roboter maschine maschinen chatbot computer ki "
	       "künstliche_intelligenz automat sprachcomputer" },
	{ WANT, "will ~möchte ~brauche ~brauch wünsche verlange hätte gib geben wollen "
		"möchten bräuchte benötige benötigen bitte_um würde_gern würde_gerne lass "
		"lassen lieber fordere warte bevorzuge lasst mir_wünschen hätte_gern "
		"hätte_gerne stellen_sie_mich stell_mich" },
	{ CALL, "hol holen holt hole rufen ruf ruft rufe schick schicken find finde" },
	{ CONNECT, "~verbinde{,n,t} ~verbinden weiterleiten leite leiten leitet weitergeben "
		   "vermitteln durchstellen stell stellen weiterverbinden übergeben umschalten "
		   "verbindung schalte schalten wechseln übergib kontaktieren" },
	{ SPEAK, "~sprechen ~reden chatten unterhalten schreiben_mit kontakt telefonieren "
		 "erreichen kommunizieren gespräch sprech" },
	{ IFHOW, "spreche rede erreiche kontaktiere komme" },
	{ KNOWN, "spricht redet" },
	{ CAN, "kann könnte können könnten darf möglich kannst könntest könnt dürfte geht "
	       "ist_es_möglich" },
	{ CAN | NOT, "unmöglich" },
	{ HELP, "helfen hilft antworten antwortet kümmern zurückrufen anrufen übernehmen "
		"melden melde weiterhelfen" },
	{ LET, "lass soll" },
	{ ME, "mich mir uns mein meine" },
	{ SELF, "ich wir" },
	{ YOU, "du sie bist ihr dir" },
	{ THEY, "er kunde kunden held freund freundin mann frau mutter nutzer benutzer "
		"protagonist bruder" },
	{ WANTS, "wollte_er braucht sagt sagte fragt fragte verlangt verlangen rief schreit "
		 "bat sagen kunden_wollen" },
	{ NOT, "nicht kein keine keinen keiner keinem nie niemals weder nix" },
	{ NO, "nein nee nö" },
	{ WITHOUT, "ohne statt anstatt" },
	{ NONEED, "unnötig nicht_nötig nicht_notwendig nicht_mehr_nötig" },
	{ STOP, "genug stopp stop hör_auf schluss satt aufhören" },
	{ PAST, "gestern schon_mal früher vorhin letzte letzten letztes hat habe gesprochen "
		"geholfen konnte bereits war vorher hatte durfte wurde" },
	{ HOW, "wie" },
	{ WHAT, "was wer welche welcher welches" },
	{ HOWMUCH, "wieviel wieviele wie_viel wie_viele wann wie_lange bis_wann um_wie_viel "
		   "seit_wann öffnungszeiten" },
	{ WHY, "warum wieso weshalb" },
	{ WHERE, "wo" },
	{ OR, "oder" },
	{ IF, "wenn falls ob angenommen" },
	{ BE, "ist bist sind bin" },
	{ HAVE, "gibt gibt_es habt_ihr haben_sie" },
	{ TRANSLATE, "übersetz übersetze übersetzen übersetzung wie_sagt_man wie_heißt" },
	{ WRITE, "schreib schreibe schreiben verfasse erfinde dichte formuliere korrigiere "
		 "erzähl erzähle fasse erstelle" },
	{ TEXT, "geschichte gedicht märchen lied text satz brief mail witz drehbuch roman "
		"code funktion aufsatz dialog wort kurzgeschichte" },
	{ SAY, "wiederhole sag sage sprich_nach" },
	{ MEAN, "bedeutet heißt unterschied definition definiere nennt" },
	{ LANGNAME, "englisch deutsch französisch russisch spanisch englische deutsche" },
	{ TOPIC, "kran kranführer modulo ternär* logisch* gehalt verdient verdienen beruf job "
		 "stelle mobilfunk* netz* reise* immobilien* versicherung* makler python java "
		 "rechte menschenrechte körper gehirn fehler anlagen maschinen* zuweisung "
		 "vergleich* bewerbung geheim* passwort datei* werden pro_person vertreter_im "
		 "zelt handelsvertreter gabelstapler* studiert" },
	{ WORK, "arbeitet arbeiten verdient verfügbar arbeit geöffnet" },
	{ ABOUT, "über als wie_ein von_dem" },
	{ PREP, "mit zu zum zur an am auf bei von vom für in im nach" },
	{ THE, "ein eine einen einem einer der die das den dem des irgendeinen irgendeinem "
	       "nen ne nem" },
	{ PLEASE, "bitte sofort jetzt schnell dringend endlich umgehend gleich heute" },
	{ FILLER, "ja nun doch mal gern gerne einfach nur hier und auch direkt dieser diesem "
		  "dann so es ob_ich denn ihrem ihren eurem euren weiter durch hilfe zurück "
		  "stattdessen frage anliegen per telefon chat anderen mehr aus kurz lieber "
		  "persönlich eben" },
	{ HERE, "hier da ran" },
	{ THANKS, "danke dankeschön vielen_dank" },
	{ HELLO, "hallo hi guten_tag guten_morgen moin servus" },
	{ BUT, "aber sondern" },
	{ THAT, "dass damit den_ich dem_ich der_sich die_sich der_mir" },
	{ COUNT, "zwei drei vier fünf sechs viele jeder jeden jede mehrere tausend" },
	{ OFFICE, "chef chefin leiter{,in} lehrer{,in} tutor{,in} vertrieb buchhaltung technik "
		  "abteilung technikabteilung verkauf fachabteilung techniker{,in} direktor "
		  "zentrale verwaltung rechnungsabteilung team" },
	{ DESK, "~kundenservice ~kundendienst kundenbetreuung hotline kundensupport "
		"kundenhotline helpdesk callcenter call_center servicehotline servicecenter "
		"technischer_support technischen_support technische_hilfe live_chat "
		"kundenservices" },
	{ NUMBER, "nummer telefonnummer rufnummer hotline kontaktdaten kontakt" },
	{ RING, "rufen_sie_mich ruf_mich ruft_mich rufen_sie_mich_bitte rückruf "
		"mich_zurückrufen mich_anrufen mich_jemand_anrufen kontaktieren_sie_mich "
		"melden_sie_sich_bei_mir um_rückruf mich_zurück euch_erreichen sie_erreichen "
		"euch_kontaktieren sie_kontaktieren telefonisch_erreichen" },
	{ SUPPORT | FILLER, "hilfe antwort unterstützung kontakt" },
	{ MINE | THE, "mein meine meinen meinem meiner" },
	{ RING | HELP, "anrufen zurückrufen" },
	{ TRADE, "arzt ärztin kurier fahrer{,in} trainer{,in} krankenschwester hausmeister" },
	{ OFFICE, "rezeption empfang filiale" },
	{ PRONOUN, "ihn ihm ihnen" },
	{ WITH, "mit" },
	{ FILLER, "irgendwo bloß endlich_mal nochmal wiederhole gesagt ich_sagte "
		  "ich_habe_gesagt das_nächste_mal von_euch von_ihnen" },
	{ LIVE | ALONE, "echten" },
	{ THANKS, "dankbar_wenn es_wäre_schön schön_wäre" },
	{ LET, "dankbar_wenn es_wäre_schön_wenn schön_wenn nett_wenn" },
	{ HELP, "ansehen anschauen kümmert meldet rückmelden schreibt zurückruft anruft "
		"weiterhilft" },
	{ WANT, "wie_lange_soll_ich_noch_auf geben_sie" },
	{ FILLER, "sich das" },
	{ THE, "dein{e,en,em} euer eure eurem ihrem" },
	{ PREP, "ans ins aufs beim" },
	{ PLEASE, "wenn_möglich falls_möglich wenn_es_geht wenns_geht" },
	{ CAUSE, "weil" },
	{ ROLE, "kollegin kolleginnen" },
	{ HAVE, "haben" },
	{ CONNECT, "{weitergeleitet,durchgestellt,verbunden}_{werden,zu_werden}" },
	{ 0 },
};
