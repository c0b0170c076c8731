#include "common/handoff/lexicon.h"

/* Ukrainian and Polish.  Ukrainian messages are also read with the Russian table. */

const struct lexeme lexicon_uk[] = {
	{ ROLE, "~оператор* ~менеджер* ~консультант* ~працівник* співробітник* "
		"~фахівц{я,ю,ем} фахівець спеціаліст* адміністратор* керівник* представник* "
		"агент{а,у,ом} фахівчин* оператор{ка,ку,кою} керівни{к,ка,ку,ком,цтво,цтвом} "
		"начальни{к,ка,ку,ком} адмін{а,у,ом} старш{ого,ому,им} спец{а,у,ом} "
		"з'єднай{,те}" },
	{ ROLE | NOM, "оператор менеджер консультант оператори фахівець спеціаліст працівник" },
	{ PERSON, "~людин{и,і,у,ою,а}" },
	{ PERSON | NOM, "людина" },
	{ PEOPLE, "люди людей людьми" },
	{ SOMEBODY, "люди людей людьми хтось хто_небудь кимось кимсь когось ким_небудь "
		    "хтось_живий кимось_із когось_із хто_живий є_хто" },
	{ LIVE, "жива живою живу живий живі справжн{я,ю,ій,ього,ьою,ім} реальн* "
		"нормальн{ий,ого}" },
	{ LIVE | ALONE, "живого живому живим" },
	{ SUPPORT, "підтримк{а,у,ою,и} служб{а,у,ою,и} техпідтримк{а,у,ою}" },
	{ BOT, "бот* робот* штучн{ий,ого,им}_інтелект*" },
	{ WANT, "хочу хочемо хотів хотіла потріб{ен,на,но,ні} ~потрібен треба вимагаю прошу "
		"дай дайте давай давайте бажаю чекаю необхідн{ий,о,а} волію потребую" },
	{ CALL, "~поклич{,те} покликати кличте клич ~виклич{,те} викликати запрос{и,іть} "
		"запросити знайди знайдіть надай надайте приведи поверніть" },
	{ CONNECT, "~з'єдна{й,йте,ти} ~підключи{,ть,ти} підключіть ~переключи{,ть,ти} "
		   "переключіть перемкн{и,іть} перемикайте ~переведи переведіть перевести "
		   "зв'яж{и,іть} зв'язати зв'язатися передай передайте перенаправ{,те,ити} "
		   "приєднайте сполучіть зв'яж{и,іть}_з зв'яжи зв'яжіть з'єднай з'єднайте "
		   "з'єднай{,те}" },
	{ SPEAK, "~поговорити ~говорити розмовляти поспілкуватися поспілкуватись спілкуватися "
		 "звернутися побалакати порозмовляти додзвонитися спитати обговорити розмова "
		 "спілкуватись зв'язатись" },
	{ CAN, "можна можу можемо можеш можете можливо чи_можна міг могли чи" },
	{ CAN | NOT, "неможливо не_можу" },
	{ HELP, "допомо{же,гти,жіть} відпові{сть,сти} зателефону{є} зв'яжеться подивиться "
		"перевірить підкаж{іть,и} відповів відповіла допоміг допомогла подивився "
		"подивилась" },
	{ LET, "нехай хай щоб" },
	{ THAT, "щоб який яка" },
	{ ME, "мені мене мною нам нас" },
	{ SELF, "я ми" },
	{ YOU, "ти ви вас вам тебе" },
	{ THEY, "він вона вони йому їй клієнт{,и} герой друг подруга брат сусід покупець "
		"чоловік дружина" },
	{ WANTS, "хоче хочуть просить просять вимагає сказав сказала говорить каже запитав "
		 "відповів кличе попросив покликав" },
	{ NOT, "не ні ані" },
	{ NO, "ні" },
	{ WITHOUT, "без замість" },
	{ NONEED, "не_{треба,потрібен,потрібна,потрібно,хочу} непотрібно обійдуся відмовляюсь "
		  "нема_потреби немає_потреби" },
	{ STOP, "досить набрид{,ли,ло,ла} годі припини{,ть} втомився втомилась задовбав "
		"дістав" },
	{ PAST, "вчора учора раніше допоміг допомогла допомогли вже_відповів вдалося минулого "
		"тому був була відповів відповіла подивився подивилась" },
	{ HOW, "як" },
	{ WHAT, "що хто який яка яке які чим чого" },
	{ HOWMUCH, "скільки коли до_котрої о_котрій котрої" },
	{ WHY, "чому" },
	{ WHERE, "де" },
	{ OR, "або чи" },
	{ IF, "якщо якби припустимо уяви" },
	{ BE, "це є_ти" },
	{ HAVE, "є існує існують" },
	{ TRANSLATE, "переклад{и,іть,ти,} перекласти як_{буде,сказати,перекласти}" },
	{ WRITE, "напиши напишіть склади складіть придумай придумайте створи виправ опиши "
		 "розкажи" },
	{ TEXT, "казк* оповідання історі{я,ю,ї} вірш* пісн* текст* речення лист листа "
		"сценарій анекдот фраз* код розповідь твір" },
	{ SAY, "повтори скажи скажіть" },
	{ MEAN, "означає значить називається різниця таке такий" },
	{ LANGNAME, "англійськ* німецьк* українськ* російськ* польськ* французьк*" },
	{ TOPIC, "верстат* верстата зв'язку мобільн* стільников* київстар* водафон* lifecell "
		 "вакансі* зарплат* професі* посад* тернарн* логічн* присвоєн* прав_людини "
		 "права нерухомост* туристичн* крана тіла мозк* робот{и,у,а}_оператором "
		 "працювати" },
	{ WORK, "працю{є,ють,ю} отримує заробляє заробляють графік" },
	{ ABOUT, "про для наче немов щодо" },
	{ PREP, "з із зі до на у в від по за через" },
	{ PLEASE, "будь_ласка будьласка терміново швидко швидше негайно зараз вже нарешті "
		  "прошу_вас сюди" },
	{ FILLER, "ну а та й і же просто тільки краще добре гаразд так бо хоч дуже мій цей "
		  "питання допомогу допомога хоча_б якогось когось_з мати мою коли_вже" },
	{ HERE, "тут" },
	{ THANKS, "дякую спасибі вдячний" },
	{ HELLO, "привіт вітаю добрий_день доброго_дня" },
	{ BUT, "але проте" },
	{ COUNT, "дві три чотири двох трьох п'ять багато кількох кожна кожну" },
	{ OFFICE, "викладач{а,у,ем,} вчител{я,ю,ем,ь} директор{а,у,ом} ментор{а,у,ом} "
		  "куратор{а,у,ом} бухгалтер{а,у,ом,ію,ією} юрист{а,у,ом} майстр{а,у,ом} "
		  "відділ{,у,ом} команд{у,ою} логіст{а,у,ом} експерт{а,у,ом}" },
	{ DESK, "техпідтримк{а,у,ою,и} технічн{а,у,ою,ої}_підтримк{а,у,ою,и} "
		"служб{а,у,ою,и,і}_підтримки гаряч{а,у,ої}_ліні{я,ю,ї} кол_центр* "
		"контакт_центр* саппорт{а,у,ом,}" },
	{ NUMBER, "номер{,а,у} телефон{,у} контакт{,и,ів} гаряч{а,ої}_ліні{я,ї}" },
	{ RING, "передзвоніть передзвони зателефонуйте_мені зателефонуй_мені подзвоніть_мені "
		"подзвони_мені наберіть_мене наберіть_мені мені_зателефонуйте "
		"мені_передзвоніть зв'яжіться_зі_мною зв'язатися_з_вами з_вами_зв'язатися" },
	{ LENGTHY, "розмовляти спілкуватися спілкуватись говорити" },
	{ SUPPORT | FILLER, "допомог{а,у,и} відповідь спілкування" },
	{ TRADE, "лікар{я,ю,ем} кур'єр{а,у,ом} воді{я,єві,єм} завуч{а,у,ем} тренер{а,у,ом} "
		 "медсестр{у,і,ою}" },
	{ PRONOUN, "його її їх йому ними ним нею" },
	{ WITH, "з із зі" },
	{ FILLER, "готелю клініки школи магазину банку доставки продажів кажу_ж "
		  "я_ж_{сказав,сказала,просив,просила} повторюю все_таки таки "
		  "з_{персоналу,працівників,людей,ваших,команди,підтримки}" },
	{ LIVE | ALONE, "справжнього справжньому справжнім реального" },
	{ THANKS, "вдячна вдячні було_б_{добре,чудово}" },
	{ WANT, "скільки_ще_чекати скільки_можна_чекати довго_ще_чекати" },
	{ CALL, "гукни{,ть} погукай{,те}" },
	{ SOMEBODY | HAVE, "нікого_немає немає_нікого хто_небудь" },
	{ PLEASE, "якщо_{можна,можливо,не_важко}" },
	{ CAUSE, "тому_що оскільки" },
	{ 0 },
};

const struct lexeme lexicon_pl[] = {
	{ ROLE, "~konsultant* ~operator* ~pracownik* doradc{a,ę,ą,y} agent{a,em,owi,} "
		"przedstawiciel* ~specjalist{a,ę,ą,y} kierownik* menedżer* obsług{ą,i,a,ę} "
		"opiekun* prac{ownica,ownicą} specjalist** przełożon{y,ego,emu,ym,ą,a} "
		"konsultantk{a,ą,ę,i} pracownic** menadżer* kierowni** menedżerem "
		"fachow{iec,ca,cem} ekspert{a,em,}" },
	{ ROLE | NOM, "konsultant operator pracownik agent doradca" },
	{ PERSON, "~człowiek{,a,iem,owi} ~czlowiekiem osob{ą,ę,a,y}" },
	{ PERSON | NOM, "człowiek" },
	{ PEOPLE, "ludzie ludźmi ludzi" },
	{ SOMEBODY, "ktoś kogoś kimś ludzie ludźmi ludzi komuś kimkolwiek kogokolwiek tam_kto "
		    "tu_kto" },
	{ LIVE, "żyw{y,ego,ym,ą,a,emu} prawdziw{y,ego,ym,ą,a} ludzk{i,iego,im,ą} "
		"realn{y,ego,ym,ą} normaln{ym,ego}" },
	{ SUPPORT, "pomoc_techniczna biur{em,o}_obsługi biura wsparci{e,em} infolini{a,ę,ą} "
		   "pomoc{ą}" },
	{ BOT, "bot bota botem boty robot robota robotem robotami maszyn{a,ą,y} automat "
	       "automatem sztuczn{a,ą,ej}_inteligencj{a,ą,i}" },
	{ WANT, "chcę chciał{bym,abym,byśmy} ~potrzebuję poproszę proszę prosze_o potrzebny "
		"potrzebna potrzebn{e,y} daj dajcie wymagam żądam domagam wolę czekam "
		"potrzeba chcemy wolałbym wolałabym muszę dawaj" },
	{ CALL, "wezwij wezwać zawołaj zawołać zawołajcie przywołaj poproś poprosić znajdź "
		"sprowadź wołaj zaproś przyślij wezwijcie" },
	{ CONNECT, "~połącz{,cie,yć,enie,ysz,ycie} ~przełącz{,cie,yć,ysz} ~przekieruj{,cie} "
		   "przekierować przekaż{,cie} przekazać skontaktuj{,cie} skontaktować podłącz "
		   "poproszę_z przekieruj{,cie,esz} przenieś{cie,} połączenie" },
	{ SPEAK, "~rozmawiać ~porozmawiać pogadać rozmow{a,y,ę} mówić kontakt{,u} popisać "
		 "gadać pomówić dodzwonić rozmowę_z zapytać" },
	{ CAN, "mogę można możesz możemy może mogłbym mogłabym możecie czy_jest_możliwość "
	       "możliwość mógłby" },
	{ CAN | NOT, "niemożliwe nie_mogę nie_da" },
	{ HELP, "pomoże odpowie pomóc zadzwoni oddzwoni sprawdzi odpowiedzieć skontaktuje" },
	{ LET, "niech" },
	{ THAT, "żeby aby który która kto_się" },
	{ ME, "mnie mi mną nam nas" },
	{ SELF, "ja my" },
	{ YOU, "ty wy jesteś ciebie ci wam pan pani" },
	{ THEY, "on ona oni klient klienci bohater przyjaciel mąż żona mama szef kolega "
		"klienta brat" },
	{ WANTS, "chce_on chcą prosi proszą powiedział powiedziała mówi krzyczy pyta poprosił "
		 "woła" },
	{ NOT, "nie ani nigdy" },
	{ NO, "nie" },
	{ WITHOUT, "bez zamiast" },
	{ NONEED, "nie_{chcę,potrzebuję,trzeba,potrzeba,musisz,wymagam,muszę} niepotrzebny "
		  "zbędny dziękuję_nie" },
	{ STOP, "dość wystarczy mam_dość przestań koniec stop" },
	{ PAST, "wczoraj już wcześniej pomógł pomogła temu rozmawiał{em,am} był była udało "
		"ostatnio" },
	{ HOW, "jak w_jaki_sposób" },
	{ WHAT, "co kto jaki jaka jakie czym czego który" },
	{ HOWMUCH, "ile kiedy do_której o_której godzin{ach,y}" },
	{ WHY, "dlaczego czemu" },
	{ WHERE, "gdzie" },
	{ OR, "albo lub czy_raczej czy" },
	{ IF, "jeśli jeżeli gdyby gdy załóżmy" },
	{ BE, "jest jesteś są to_jest czy_to" },
	{ HAVE, "jest_tu istnieje macie jest_tam czy_jest_tu jest_tutaj tam_kto tu_kto" },
	{ TRANSLATE,
	  "przetłumacz{,cie} przetłumaczyć jak_{powiedzieć,jest,będzie} tłumaczenie" },
	{ WRITE, "napisz stwórz wymyśl ułóż popraw opisz opowiedz" },
	{ TEXT, "opowiadani* histori{a,ę,i} bajk* wiersz* piosenk* tekst* zdani{e,a,u} list "
		"mail dowcip* scenariusz* kod frazę funkcj{a,ę,i} powieść dialog" },
	{ SAY, "powtórz powiedz" },
	{ MEAN, "znaczy oznacza różnica nazywa definicja" },
	{ LANGNAME, "angielsk* niemieck* polsk* rosyjsk* francusk*" },
	{ TOPIC, "wózk* maszyn dźwig* koparki sieci komórkow* telekomunikacyj* zarabia pensj* "
		 "prac{ę,y} zawod* praw{a,} nieruchomości ubezpiecz* turystyczn* modulo "
		 "logiczn* trójargumentowy porównania hasłem haseł plików ciała ciało zostać "
		 "python dronów suwnic* stanowisk* dorosł* namiot*" },
	{ WORK, "pracuj{e,ą,ecie} zarabia{,ją} czynn* dostępn*" },
	{ ABOUT, "o jako dla" },
	{ PREP, "z ze do na w u od po za przez" },
	{ PLEASE, "proszę pilnie szybko natychmiast teraz wreszcie prosze" },
	{ FILLER, "no a i ale_już tylko po_prostu się to tak ten tego od_razu dobra chociaż "
		  "jakimś jakiegoś kimkolwiek sprawie pomocy klienta czatu mój innym "
		  "bezpośrednio bardzo od_was waszym jakiś jakikolwiek jakaś" },
	{ HERE, "tu tutaj" },
	{ THANKS, "dziękuję dzięki dziekuje" },
	{ HELLO, "cześć dzień_dobry witam hej halo" },
	{ BUT, "ale jednak lecz" },
	{ COUNT, "dwie dwóch trzy trzech cztery czterech kilka wiele każda każdy dwa pięć "
		 "sześć" },
	{ OFFICE, "szef{a,em,} szefow{ą,a,ę} dyrektor{a,em,} nauczyciel{a,em,} mentor{a,em,} "
		  "technik{a,iem} dział{,u,em} dziale księgowoś{ć,ci,cią} sprzedaż{y,ą} "
		  "zespoł{u,em} biur{o,a,em}" },
	{ DESK, "infolini{a,ę,ą,i} pomoc{y,ą,}_techniczn{a,ą,ej} obsług{a,i,ą,ę}_klienta "
		"biur{o,a,em}_obsługi dział{,u,em}_obsługi "
		"wsparci{e,a,em}_techniczn{e,ego,ym} helpdesk call_center "
		"dział{,u,em}_techniczn{y,ego,ym} centrum_obsługi" },
	{ NUMBER, "numer{,u} telefon{,u} kontakt infolini{a,i,ę}" },
	{ RING, "zadzwoń{cie,}_do_mnie oddzwoń{cie,} oddzwoń{cie,}_do_mnie do_mnie_zadzwonić "
		"proszę_zadzwonić_do_mnie zadzwonić_do_mnie oddzwonić "
		"skontaktujcie_się_ze_mną proszę_o_telefon proszę_o_oddzwonienie "
		"o_kontakt_telefoniczny się_z_wami_skontaktować skontaktować_się_z_wami" },
	{ SUPPORT | FILLER, "odpowiedź kontakt" },
	{ MINE | FILLER, "mój moim mojego moja" },
	{ LENGTHY, "rozmawiać mówić gadać" },
	{ TRADE, "lekarz{a,owi,em} kurier{a,owi,em} kierowc{ę,y,ą} pielęgniark{ę,ą} "
		 "trener{a,em} wychowawc{ę,ą,y}" },
	{ PRONOUN, "go ją ich nim nimi nią" },
	{ WITH, "z ze" },
	{ FILLER,
	  "sklepu hotelu banku szkoły kliniki oddziału firmy magazynu recepcji jednak mówię "
	  "powtarzam prawdziw{ego,ym}_człowieka przecież jakiegokolwiek w_ogóle odpisać" },
	{ LIVE | ALONE, "żywego prawdziwego żywym" },
	{ THANKS, "wdzięczn{y,a} byłoby_{miło,dobrze}" },
	{ HELP, "odpisze odpisać przejmie zajmie wyjaśni odezwie" },
	{ HERE, "tam halo" },
	{ WANT, "ile_jeszcze_{mam_,}czekać jak_długo_jeszcze_czekać" },
	{ SOMEBODY | HAVE, "nie_ma_nikogo nikogo_nie_ma" },
	{ HELP, "zadzwonić" },
	{ RING, "żeby_ktoś_{do_mnie,ze_mną}_{zadzwonił,oddzwonił,porozmawiał}" },
	{ PLEASE, "jeśli_{można,to_możliwe,się_da} jeżeli_{można,to_możliwe}" },
	{ CAUSE, "bo ponieważ" },
	{ 0 },
};
