#include "common/handoff/lexicon.h"

/* French and Italian. */

const struct lexeme lexicon_fr[] = {
	{ ROLE, "~opérat{eur,rice,eurs} ~conseill{er,ère,ers} agent{,s,e} ~représentant{,e} "
		"responsable employé{,e} ~interlocuteur technicien manager superviseur "
		"collaborateur téléconseiller gestionnaire technicien{,ne} supérieur{,e} "
		"chargé{,e}_de_clientèle téléconseillère collègue gérant{,e} spécialiste "
		"personnel_humain" },
	{ PERSON | LIVE, "~humain{,e,s} être_humain" },
	{ PERSON, "~personne" },
	{ LATER, "demain" },
	{ PEOPLE, "gens personnes" },
	{ SOMEBODY, "quelqu_un quelqu quelquun gens personnes" },
	{ LIVE, "vrai vraie réel réelle vivant vivante en_chair_et_en_os physique vraies "
		"compétent{,e}" },
	{ SUPPORT, "support service_client assistance service sav" },
	{ BOT, "bot bots robot robots machine machines chatbot intelligence_artificielle ia "
	       "répondeur" },
	{ WANT, "~veux ~voudrais ~aimerais souhaite ~besoin exige donnez donne préfère "
		"souhaiterais demande voulons faut attends donnez_moi préférerais il_me_faut "
		"réclame veut_bien il_me_faudrait faudrait désire avoir" },
	{ CALL, "appelle appelez appeler cherche trouvez trouve envoyez faites_venir" },
	{ CONNECT, "~passe{,z,r} ~connecte{,z,r} ~transf{ère,érez,érer,erer} ~mettez mets "
		   "mettre_en redirige redirigez rediriger relie orientez branchez basculez "
		   "mise_en_relation bascule" },
	{ SPEAK, "~parler ~discuter joindre ~contacter échanger dialoguer converser "
		 "communiquer tchatter contact parlé_avec relation causer" },
	{ IFHOW, "parle contacte joindre_un" },
	{ CAN, "puis peux peut pourrais pouvez pourriez possible pourrait on_peut "
	       "possibilité pouvons moyen est_il_possible serait_il_possible" },
	{ CAN | NOT, "impossible" },
	{ HELP, "aider aide répondre réponde répond rappeler rappelle occuper assister" },
	{ LET, "que laissez laisse" },
	{ ME, "me moi m nous mon ma" },
	{ SELF, "je j nous" },
	{ YOU, "tu vous es êtes toi" },
	{ THEY, "il elle ils client clients héros personnage ami amie mari femme mère chef "
		"utilisateur" },
	{ WANTS, "veut veulent dit demandé disait crie réclament" },
	{ NOT, "ne n pas ni jamais aucun aucune" },
	{ NO, "non" },
	{ WITHOUT, "sans au_lieu_d au_lieu plutôt_qu" },
	{ NONEED, "pas_besoin inutile pas_la_peine pas_nécessaire plus_besoin" },
	{ STOP, "assez marre arrête arrêtez stop ras_le_bol fatigué" },
	{ PAST,
	  "hier avant dernière aidé parlé eu déjà était pu dernier répondu réussi avait" },
	{ HOW, "comment" },
	{ WHAT, "que_fait quoi quel quelle qui qu_est_ce_que_c quels quelles qu_est" },
	{ HOWMUCH, "combien quand quelle_heure horaires jusqu_à_quelle heures" },
	{ WHY, "pourquoi" },
	{ WHERE, "où" },
	{ OR, "ou" },
	{ IF, "si_je si_un si_on si_le supposons imagine imaginons si_une si" },
	{ BE, "est es êtes suis c_est" },
	{ HAVE, "y_a_t_il y_a existe il_y_a avez_vous" },
	{ TRANSLATE, "traduis traduisez traduire traduction comment_dit comment_on_dit" },
	{ WRITE, "écris écrivez rédige rédigez invente compose corrige résume raconte génère" },
	{ TEXT, "histoire conte poème chanson texte phrase lettre mail blague scénario roman "
		"code fonction récit dialogue mot" },
	{ SAY, "répète répétez dis dites" },
	{ MEAN, "signifie différence définition veut_dire appelle_t" },
	{ LANGNAME, "anglais français allemand espagnol russe italien" },
	{ TOPIC, "grue mobile téléphonique modulo ternaire logique salaire gagne métier emploi "
		 "poste immobilier assurance voyages ressources droits corps cerveau erreur "
		 "tourisme arithmétique python java affectation télécom secret sécurité public "
		 "immobilière de_fret machine_outil par_personne tente âgée devenir entretien "
		 "jardinier" },
	{ WORK, "travaille travaillent gagnent ouvert disponibles disponible travailler" },
	{ ABOUT, "sur comme à_propos" },
	{ PREP, "à a avec au de du d en dans par pour vers chez" },
	{ THE, "un une le la l les des autre" },
	{ PLEASE, "s_il_vous_plaît s_il_te_plaît svp stp maintenant vite urgent tout_de_suite "
		  "immédiatement urgence plaît merci_de rapidement" },
	{ FILLER, "et oui bon juste directement plutôt ici ce cet cette mon ma votre plus aide "
		  "client alors donc seulement en_ligne ça y est_ce est qu suis j ai peu tout "
		  "réel_svp s une_fois faire mise on" },
	{ HERE, "ici là" },
	{ THANKS, "merci" },
	{ HELLO, "bonjour salut bonsoir" },
	{ BUT, "mais" },
	{ COUNT, "deux trois quatre cinq six plusieurs chaque beaucoup mille" },
	{ OFFICE, "chef cheffe directeur directrice professeur prof tuteur formateur ventes "
		  "comptabilité facturation équipe commercial{,e} direction patron "
		  "service_{technique,commercial,facturation,comptabilité,facture} boss" },
	{ DESK, "service_client service_clients service_clientèle service_après_vente "
		"support_technique assistance_technique sav support_client hotline "
		"centre_d_appel{,s} relation_client service_technique assistance_humaine "
		"support_humain" },
	{ NUMBER, "numéro téléphone coordonnées numéro_de_téléphone contact" },
	{ RING, "appelez_moi appelle_moi rappelez_moi rappelle_moi me_rappeler m_appeler "
		"être_rappelé être_rappelée être_contacté être_contactée contactez_moi "
		"contacte_moi me_contacter me_contacte me_rappelle m_appelle_quelqu "
		"vous_contacter vous_joindre" },
	{ SUPPORT | FILLER, "aide réponse contact" },
	{ MINE | THE, "mon ma mes son" },
	{ TRADE, "médecin docteur infirmièr{e} infirmier livreur livreuse chauffeur coursier "
		 "entraîneur" },
	{ OFFICE, "réception accueil concierge" },
	{ PRONOUN, "lui eux" },
	{ WITH, "avec à a" },
	{ WANT, "jveux jvoudrais jaimerais veux_qu j_veux" },
	{ SOMEBODY, "qqun qqn qq1 quelqun kelkun" },
	{ HELP, "rappeliez réponse_humaine voir regarder regarde traiter intervenir contacte" },
	{ LET, "reconnaissant_si reconnaissante_si" },
	{ FILLER, "j_ai_dit je_répète encore du_magasin de_l_hôtel de_la_banque" },
	{ CONNECT, "mettre_en_relation" },
	{ SOMEBODY | HAVE, "il_n_y_a_personne y_a_personne" },
	{ PLEASE, "si_possible si_c_est_possible" },
	{ CAUSE, "parce_que parce_qu car" },
	{ 0 },
};

const struct lexeme lexicon_it[] = {
	{ ROLE, "~operator{e,i} ~operatrice agente ~addett{o,a} consulente ~responsabile "
		"rappresentante impiegat{o,a} assistente_umano supervisore manager dipendente "
		"tecnico specialista superiore capoturno impiegati dipendent{e,i} "
		"commess{o,a}" },
	{ PERSON | LIVE, "~uman{o,a,i} essere_umano" },
	{ PERSON, "~persona" },
	{ SOMEBODY, "qualcuno persone gente nessuno" },
	{ PEOPLE, "persone gente" },
	{ LIVE, "reale vera vero viva vivo in_carne_ed_ossa fisica" },
	{ SUPPORT, "assistenza supporto servizio_clienti servizio" },
	{ BOT, "bot robot macchina macchine chatbot risponditore intelligenza_artificiale ia" },
	{ WANT, "~voglio ~vorrei ~bisogno desidero serve ~necessito esigo dammi datemi "
		"preferisco pretendo vogliamo mi_serve richiedo chiedo fatemi fammi mi_dia "
		"preferirei devo aspetto mi_servirebbe gradirei" },
	{ CALL, "chiama chiami chiamate chiamare chiamatemi chiamami trovami cercate manda" },
	{ CONNECT, "~passa{,mi,temi,re,rmi} passatemi mi_passi mi_passa ~collega{,mi,temi,re} "
		   "collegatemi ~trasferi{scimi,re,rmi,sci,temi} trasferisca metti mettimi "
		   "mettetemi mettermi connettimi connettetemi connetti inoltra contattare "
		   "mettete indirizzami trasferiscami mi_metta" },
	{ SPEAK, "~parlare ~chattare contattare discutere comunicare contatto conversare" },
	{ IFHOW, "parlo contatto" },
	{ CAN, "posso può potrei potete potreste possibile puoi possiamo potrebbe possono" },
	{ CAN | NOT, "impossibile" },
	{ HELP, "aiutare aiutarmi aiuti rispondere risponda richiamare richiami assistermi" },
	{ LET, "che fai fate lasciami" },
	{ ME, "mi me ci mio" },
	{ SELF, "io noi" },
	{ YOU, "tu voi sei lei ti" },
	{ THEY, "lui loro cliente clienti eroe personaggio amico amica marito moglie mamma "
		"capo utente" },
	{ WANTS, "vuole vogliono chiede chiedono dice disse detto chiesto gridò" },
	{ NOT, "non né mai nessun" },
	{ NO, "no" },
	{ WITHOUT, "senza invece_di al_posto" },
	{ NONEED, "non_{serve,voglio,mi_serve,è_necessario,ho_bisogno,occorre} inutile" },
	{ STOP, "basta stufo stufa smettila stanco stanca" },
	{ PAST, "ieri prima scorso parlato aiutato risposto era già stato riuscito" },
	{ HOW, "come_posso come_faccio come_si come" },
	{ WHAT, "cosa chi quale che_cosa qual quali cos" },
	{ HOWMUCH, "quanto quanti quante quando a_che_ora fino_a_che_ora orari orario" },
	{ WHY, "perché" },
	{ WHERE, "dove dov" },
	{ OR, "o oppure" },
	{ IF, "se supponiamo immagina" },
	{ BE, "è sei sono" },
	{ HAVE, "c_è ci_sono esiste esistono avete" },
	{ TRANSLATE, "traduci traduca tradurre traduzione come_si_dice come_si_traduce" },
	{ WRITE, "scrivi scriva componi inventa correggi riassumi crea genera racconta" },
	{ TEXT, "storia racconto poesia canzone testo frase lettera mail barzelletta "
		"sceneggiatura romanzo codice funzione favola dialogo" },
	{ SAY, "ripeti dici di_ad_alta_voce" },
	{ MEAN, "significa differenza definizione vuol_dire definisci" },
	{ LANGNAME, "inglese italiano francese tedesco russo spagnolo" },
	{ TOPIC, "gru telefonico telefonica mobile modulo ternario logico stipendio guadagna "
		 "lavoro mestiere immobiliare assicurativo viaggi risorse diritti corpo "
		 "cervello errore turistico aritmetico python java assegnazione segreto "
		 "sociosanitario oss macchinari a_persona muletto diventare ecologico razza" },
	{ WORK, "lavora lavorano guadagnano disponibili lavorare" },
	{ ABOUT, "su riguardo" },
	{ PREP, "con a ad al all di del della dell da in per" },
	{ THE, "un uno una il lo la l le gli i qualche altro" },
	{ PLEASE, "per_favore perfavore per_piacere cortesia per_cortesia ora adesso subito "
		  "urgente immediatamente prego" },
	{ FILLER, "e sì si ok solo direttamente meglio qui questo questa mio vostro più aiuto "
		  "clienti allora ho con_cui ed molto ancora contatto proprio" },
	{ HERE, "qui qua" },
	{ THANKS, "grazie" },
	{ HELLO, "ciao salve buongiorno buonasera" },
	{ BUT, "ma però bensì" },
	{ COUNT, "due tre quattro cinque sei_persone molte molti ogni mille" },
	{ OFFICE, "capo direttore direttrice professore insegnante tutor reparto ufficio "
		  "vendite contabilità amministrazione fatturazione titolare squadra team" },
	{ DESK,
	  "servizio_clienti assistenza_clienti assistenza_tecnica supporto_tecnico "
	  "supporto_clienti call_center centro_assistenza numero_verde assistenza_umana" },
	{ NUMBER, "numero telefono recapito contatti numero_di_telefono numero_verde" },
	{ RING,
	  "chiamatemi chiamami richiamatemi richiamami mi_chiami mi_richiami "
	  "mi_chiamate mi_richiamate potete_chiamarmi può_chiamarmi contattatemi "
	  "mi_contattate mi_contatti essere_contattat{o,a} essere_richiamat{o,a} "
	  "essere_chiamat{o,a} richiamarmi chiamarmi contattarmi contattarvi richiamare" },
	{ THAT, "che_mi che_sappia che_capisca" },
	{ SUPPORT | FILLER, "aiuto risposta contatto" },
	{ MINE | THE, "mio mia miei" },
	{ TRADE, "medico dottore dottoressa infermier{e,a} corriere autista fattorino" },
	{ OFFICE, "reception portineria segreteria" },
	{ PRONOUN, "loro lui lei" },
	{ WITH, "con" },
	{ LIVE, "in_carne_e_ossa" },
	{ LET, "farmi farci fammi fatemi che_qualcuno" },
	{ HELP, "chiamasse rispondesse aiutasse guardi guardasse scriva contatti contattasse "
		"verifichi" },
	{ FILLER, "ho_detto ripeto del_negozio della_banca dell_hotel" },
	{ SOMEBODY | HAVE, "non_c_è_nessuno" },
	{ PLEASE, "se_possibile se_è_possibile" },
	{ ROLE, "collega colleghi" },
	{ CONNECT, "passarmi" },
	{ 0 },
};
