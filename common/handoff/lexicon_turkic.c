#include "common/handoff/lexicon.h"

/* Turkish and Kazakh: one word carries what others say with three. */

const struct lexeme lexicon_tr[] = {
	{ ROLE, "~operatör** ~operator** ~temsilci** ~yetkili** ~danışman** görevli** "
		"~müşteri_temsilci** personel** uzman** müdür** çalışan** yönetici** "
		"müşteri_temsilcisi müşteri_temsilcisine müşteri_temsilcisiyle asistan_insan "
		"temsilcinizle patron{,u,un,unuz,unuzla,la,unuzu} şef** amir{,i,iniz,inizle} "
		"müşteri_danışman** destek_uzman** ekip_üye**" },
	{ ROLE, "canlı_destek canlı_desteğe" },
	{ BOT | STOP, "bot_değil robot_değil botla_değil robotla_değil" },
	{ ROLE | NOM, "operatör operator temsilci yetkili" },
	{ PERSON | LIVE, "~insan{,a,la,ı,lar,larla,a,e,dan,ım} insanla" },
	{ PERSON, "kişi kişiye kişiyle kişi_ile" },
	{ SOMEBODY, "biri birisi birine biriyle birisiyle birisine birini kimse birileri "
		    "kimse_yok" },
	{ LIVE, "gerçek canlı hakiki" },
	{ SUPPORT,
	  "destek müşteri_hizmetleri müşteri_hizmetlerine müşteri_hizmetleriyle desteğe" },
	{ BOT, "bot botla bota botlar robot robotla robota makine makineyle yapay_zeka "
	       "chatbot" },
	{ WANT, "~istiyorum isterim istiyoruz istiyom lazım gerek gerekiyor ~ihtiyacım ver "
		"verin verir rica talep isterdim verir_misiniz bekliyorum isterdik" },
	{ CALL, "~çağır{,ın,ınız,ır,abilir,mak,ırmısın} bul bulun getir getirin "
		"çağırır_mısınız" },
	{ CONNECT, "~bağla{,yın,yınız,r,nmak,n,yabilir,nabilir,rmısınız,nabilirmiyim,yıverin} "
		   "~aktar{,ın,ır,ınız,abilir,ılmak} yönlendir{,in,ir,iniz,ebilir} "
		   "ulaş{mak,abilir} bağlantı geçir geçmek bağlanabilir_miyim bağlar_mısınız "
		   "ulaş{abilirim,ırım,abiliriz,ırız,mam,malıyım} bağlan{,mak,abilirim}" },
	{ SPEAK, "~görüş{mek,ebilir,eyim,ebilirmiyim,türün,meliyim,ür} "
		 "~konuş{mak,abilir,ayım,malıyım,abilirmiyim,uyum,tur} görüşmek yazışmak "
		 "iletişim konuşmam görüşmem sohbet konuş görüş" },
	{ CAN, "mümkün_mü mümkün mıyım miyim mısınız misiniz mısın misin olur" },
	{ HELP, "yardım_etsin yardımcı_olsun arasın cevap_versin ilgilensin yardımcı_olabilir "
		"cevaplasın baksın yardım_edebilir ilgilenebilir yardımcı_olabilecek" },
	{ ME, "bana beni bize bizi benim benimle" },
	{ SELF, "ben biz" },
	{ YOU, "sen siz sana size" },
	{ THEY, "o onlar müşteriler kahraman arkadaşım annem babam kocam eşim "
		"kardeşim" },
	{ WANTS, "istiyor istiyorlar dedi diyor söyledi ister istedi sordu bağırdı çağırdı" },
	{ NOT, "değil" },
	{ NO, "hayır yok" },
	{ WITHOUT, "olmadan yerine" },
	{ NONEED, "istemiyorum istemem gerek_yok gerekmiyor gerekmez lazım_değil gerek_kalmadı "
		  "ihtiyacım_yok bağlama çağırma aktarma bağlamayın çağırmayın aktarmayın "
		  "istemiyoruz" },
	{ STOP, "yeter bıktım sıkıldım dur bırak" },
	{ PAST, "dün önce geçen konuştum görüştüm oldu etti daha_önce yardımcı_oldu "
		"konuşmuştum bağlandım" },
	{ KNOWN, "konuşuyorum görüşüyorum konuşuyor konuştu görüştü bağlandı" },
	{ HOW, "nasıl" },
	{ WHAT, "ne kim hangi nedir kimdir" },
	{ HOWMUCH, "kaç ne_zaman kaça saat_kaçta saat_kaça kaçta ne_kadar" },
	{ WHY, "neden niye niçin" },
	{ WHERE, "nerede nerde" },
	{ OR, "veya yoksa ya_da" },
	{ IF, "eğer istersem diyelim olursa isterse" },
	{ BE, "musun müsün mısınız_siz" },
	{ HAVE, "var_mı var kimse_yok" },
	{ TRANSLATE,
	  "çevir çevirir çevirin çevirisi tercüme nasıl_denir ingilizceye ingilizcesi "
	  "almancaya" },
	{ WRITE, "yaz yazın oluştur uydur düzelt anlat özetle" },
	{ TEXT, "hikaye masal şiir şarkı metin cümle mektup fıkra senaryo roman kod fonksiyon "
		"öykü hikayesi şiiri cümleyi metni" },
	{ SAY, "tekrarla söyle de" },
	{ MEAN, "demek anlamı fark tanım farkı anlama_gelir ne_demek" },
	{ LANGNAME, "ingilizce türkçe almanca rusça fransızca" },
	{ TOPIC, "vinç forklift mobil gsm turkcell vodafone maaş maaşı kazanır meslek iş ilanı "
		 "emlak sigorta seyahat modülo mantıksal üçlü python java haklar hakları "
		 "vücudu beyni kaynakları kaynaklar hatası atama tur makinesi cnc olmak "
		 "kişilik çadır doğası cep_telefonu emlakçı" },
	{ WORK, "çalışıyor çalışır çalışıyorlar kazanıyor alıyor çalışmak çalışmaktadır" },
	{ ABOUT, "hakkında gibi olarak" },
	{ PREP, "ile için" },
	{ THE, "bir" },
	{ PLEASE, "lütfen acil acilen hemen şimdi artık lutfen derhal çabuk" },
	{ FILLER,
	  "ve evet tamam sadece direkt bu bi mi mı mü mu ya abi yardım hizmetleri "
	  "müşteri hattı hatta acaba ki şu ediyorum var ihtiyaç edin canım yapın yapar" },
	{ HERE, "burada" },
	{ THANKS, "teşekkürler teşekkür sağol sağolun" },
	{ HELLO, "merhaba selam iyi_günler" },
	{ BUT, "ama fakat" },
	{ COUNT, "iki üç dört beş altı her birkaç çok milyon" },
	{ OFFICE, "öğretmen** hoca** eğitmen** mentor** muhasebe** satış** departman** bölüm** "
		  "birim** ekip** ekib** teknisyen** usta**" },
	{ DESK, "müşteri_hizmetleri müşteri_hizmetlerine müşteri_hizmetleriyle "
		"müşteri_hizmetlerini teknik_destek teknik_desteğe teknik_destekle "
		"canlı_destek canlı_desteğe canlı_destekle destek_hattı destek_ekibi "
		"destek_ekibine çağrı_merkezi çağrı_merkezine" },
	{ NUMBER, "numara numarası numaranız telefon telefonu telefonunuz iletişim_bilgileri" },
	{ RING, "beni_ara beni_arayın beni_arar_mısınız beni_arayabilir_misiniz geri_arayın "
		"geri_dönüş bana_geri_dönüş beni_geri_arayın arayın_beni bana_telefon_edin "
		"aranmak geri_arar arar_mısınız arayabilir_misiniz" },
	{ LET, "yardım_etsin yardımcı_olsun arasın cevap_versin ilgilensin cevaplasın baksın" },
	{ TRADE, "doktor** hemşire** kurye** şoför** antrenör**" },
	{ OFFICE, "resepsiyon** rehber** mağaza_müdür**" },
	{ PRONOUN, "onunla ona onu onlarla" },
	{ HELP, "yazsın dönsün konuşsun gelsin açıklasın anlatsın yardım_etse bağlansın "
		"cevap_verecek yanıtlasın yardım_edecek bakabilir bakacak ilgilenecek" },
	{ LET, "yazsın dönsün konuşsun gelsin açıklasın anlatsın bağlansın yanıtlasın" },
	{ CONNECT,
	  "bağla{rmısın,r_mısın,r_mısınız,rsanız,ması,manızı,yabilirmisiniz,nma,nacağım} "
	  "aktar{ma,manızı,ırmısınız,ır_mısınız} yönlendir{me,menizi,irmisiniz}" },
	{ SPEAK, "yaz{ışabilir,ışmak,ışayım} "
		 "görüş{tür,türün,türür,türebilir,eceğim,ebilirmiyim,ebilirim,üşebilir} "
		 "konuş{tur,turun,turur,abilirmiyim,abilirim,ayım}" },
	{ PERSON, "kişiyle kişiye kişi bir_kişi" },
	{ HERE, "orada orda burda" },
	{ WANT,
	  "bekliyoz istiyoruz_biz daha_ne_kadar_bekleyeceğim istiyrum istiyorm isterdim" },
	{ SOMEBODY, "birinizle biriniz kimse_var birilerine birileriyle" },
	{ FILLER, "dedim diyorum tekrar tekrarlıyorum otel mağaza banka şubesi hala hâlâ abi "
		  "ya_ artık_ gerçekten" },
	{ SUPPORT, "desteği desteğine desteğe destekle desteğiyle" },
	{ RING, "beni_ara{sın,sınlar,rlar,sanız,yın_lütfen}" },
	{ 0 },
};

const struct lexeme lexicon_kk[] = {
	{ ROLE, "~оператор** ~маман{,ды,ға,мен,ын,ыңыз} ~қызметкер{,ді,ге,мен} кеңесші** "
		"менеджер** өкіл{,ді,ге,мен,ін} басшы** әкімші** консультант** басты** "
		"директор** бастық** қызметкер** маман** көмекші**" },
	{ ROLE | NOM, "оператор маман" },
	{ PERSON, "~адам{,ды,ға,мен,ға,дар,дармен,ның} адаммен" },
	{ PERSON | NOM, "адам" },
	{ SOMEBODY, "біреу{,мен,ді,ге} адамдар" },
	{ LIVE, "тірі нақты шынайы нағыз кәдімгі" },
	{ SUPPORT, "қолдау қолдауға қызметі" },
	{ BOT | STOP, "бот_емес робот_емес ботпен_емес" },
	{ BOT, "бот* робот* жасанды_интеллект" },
	{ WANT, "керек ~қажет қалаймын келеді беріңіз беріңізші бер берші сұраймын "
		"талап_етемін күтіп_отырмын тілеймін берсеңіз керек_еді" },
	{ CALL, "~шақыр{,ыңыз,ыңызшы,шы,ып,сын,сақ} тауып_бер табыңыз" },
	{ CONNECT,
	  "~қос{,ыңыз,ыңызшы,шы,ып,сын} ~жалғ{а,аңыз,аңызшы,ап,ашы} "
	  "~байланыстыр{,ыңыз,ыңызшы,шы,сын} ~ауыстыр{,ыңыз,ыңызшы,шы} "
	  "бағытта{,ңыз,ңызшы} хабарлас{у,қым,уға,сам} байланыс{у,қым,уға} қосылу{,ға} "
	  "қосылғым хабарлас{амын,аламын,айын}" },
	{ SPEAK, "~сөйлес{у,кім,ейін,уге,сем,е,ткім,уім} ~сөйлескім тілдес{у,кім,уге} "
		 "әңгімелес{у,кім} сөйлеуге сөйлестір{,ші,іңіз,іңізші} жаз{ысқым,ысу} "
		 "қоңырау_шала{м,мын} қоңырау_шалу{ға,}" },
	{ CAN, "бола_ма болады_ма мүмкін аламын алам аламын_ба болады ма ба бола" },
	{ HELP, "көмектес{сін,е} жауап_берсін хабарлассын" },
	{ LET, "болсын" },
	{ ME, "маған мені бізге менің" },
	{ SELF, "мен біз" },
	{ YOU, "адамсың адамсыз роботсың роботсыз ботсың ботсыз операторсыз операторсың сен "
	       "сіз саған сізге" },
	{ THEY, "ол олар клиент досым анам әкем" },
	{ WANTS, "қалайды сұрады айтты дейді айтады деді" },
	{ NOT, "емес жоқ" },
	{ NO, "жоқ" },
	{ WITHOUT, "онсыз орнына" },
	{ NONEED, "керек_емес қажет_емес керегі_жоқ қажеті_жоқ керек_жоқ шақырма шақырмаңыз "
		  "қоспаңыз қалаймын_емес қаламаймын келмейді" },
	{ STOP, "жетер жетеді болды тоқта" },
	{ PAST, "кеше бұрын өткен көмектесті сөйлестім берген айтқан болған" },
	{ HOW, "қалай" },
	{ WHAT, "не кім қандай қай деген" },
	{ HOWMUCH, "қанша неше қашан сағат_нешеге нешеге сағат" },
	{ WHY, "неге" },
	{ WHERE, "қайда" },
	{ OR, "немесе әлде" },
	{ IF, "егер" },
	{ HAVE, "бар_ма бар" },
	{ TRANSLATE,
	  "аударыңыз аудар аударып аудармасы ағылшыншаға ағылшынша орысшаға аударшы" },
	{ WRITE, "жаз жазыңыз жазып құрастыр ойлап_тап" },
	{ TEXT, "әңгіме ертегі өлең мәтін сөйлем хат код ертегіні" },
	{ MEAN, "деген_не мағынасы айырмашылығы дегеніміз" },
	{ LANGNAME, "ағылшын қазақша орысша" },
	{ TOPIC, "станок станогы байланыс_операторы мобильді ұялы жалақы жалақысы мамандығы "
		 "құқығы құқықтары бос_орын жұмыс кран тең құқықтар денесі beeline kcell "
		 "туроператор" },
	{ WORK, "істейді жұмыс_істейді алады жұмыс_істейсіз" },
	{ ABOUT, "туралы сияқты" },
	{ PREP, "үшін" },
	{ PLEASE, "өтінемін өтініш тез шұғыл қазір дереу тезірек" },
	{ FILLER,
	  "бір иә ал да де тек ғана мына осы өтінемін_сізден мүмкіндік мені көмек еді" },
	{ THANKS, "рахмет рақмет" },
	{ HELLO, "сәлем сәлеметсіз_бе саламатсыз_ба" },
	{ BUT, "бірақ" },
	{ COUNT, "екі үш төрт бес көп әр бірнеше" },
	{ OFFICE,
	  "мұғалім** ұстаз** тәлімгер** куратор** ментор** бөлім** бухгалтер** заңгер**" },
	{ DESK, "қолдау_қызметі{,не,мен,н} қолдау_көрсету_қызметі{,не,н,мен} "
		"техникалық_қолдау{,ға,мен,ды} техқолдау call_орталық{,қа} "
		"байланыс_орталығы{,на,мен,н}" },
	{ NUMBER, "нөмір** телефон{,ы,ыңыз}" },
	{ RING, "маған_қоңырау_шал{,ыңыз,ыңызшы,шы,сын} қайта_қоңырау_шал{,ыңыз,ыңызшы,шы} "
		"маған_хабарлас{ыңыз,ыңызшы,шы,сын} хабарласыңызшы маған_телефон_соқ{,ыңыз}" },
	{ TRADE, "дәрігер** курьер** жүргізуші** жаттықтырушы**" },
	{ OFFICE, "қабылдау_бөлім** мектеп_директор** оқытушы**" },
	{ PRONOUN, "онымен оны оған" },
	{ ROLE,
	  "қызметкеріңіз** менеджеріңіз** маманыңыз** операторыңыз** басшыңыз** кеңесшіңіз**" },
	{ CONNECT,
	  "байланыстыр{ып,у,саңыз,сеңіз,ыңыздаршы} қос{саңыз,ып_жіберіңіз,ып_беріңіз,у} "
	  "хабарлас{айын,сам_деп,ып} жалға{ңыз,ңызшы,п_жіберіңіз} ауыстыр{саңыз,ып}" },
	{ SPEAK, "сөйлес{уіме,ейік,іп,кім_келеді,уімізге,суге} сөйлесу" },
	{ HELP, "жауап_бер{іңізші,іңіздерші,еді,ер,ші,іңіз} көмектес{іңізші,сеңізші} "
		"хабарлас{а,ады} қара{сын,п_берсін}" },
	{ HERE, "сонда осында мұнда онда" },
	{ WANT, "деп_едім едім керегі" },
	{ FILLER, "айттым қайталаймын сонымен жіберіңіз{,ші} беріңіз{,ші} енді" },
	{ HELP | LET, "жауап_берсінші көмектессінші хабарлассыншы" },
	{ SPEAK | CONNECT, "байланыс" },
	{ FILLER, "көмегі көмегін көмегіңіз" },
	{ 0 },
};
