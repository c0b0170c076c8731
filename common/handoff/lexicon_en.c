#include "common/handoff/lexicon.h"

const struct lexeme lexicon_en[] = {
	{ ROLE, "~operator ~operators ~agent agents ~representative ~representatives rep reps "
		"~manager managers ~supervisor supervisors ~consultant consultants ~specialist "
		"specialists advisor adviser advisors ~employee employees staff staffer admin "
		"~administrator ~moderator associate team_member staff_member csr "
		"customer_care_agent ~represenative helpdesk_agent ~technician real_one "
		"live_chat ~colleague ~assistant_manager attendant "
		"support_{agent,person,rep,guy,team} live_{agent,person,chat,support,help} "
		"account_manager case_manager officer officers dispatcher clerk ~receptionist "
		"mods mod gm game_master personnel_member staff_members workers_here ~escalate "
		"escalated escalation customer_rep customer_agent customer_representative mgr "
		"customer_service_rep customer_service_agent customer_service_representative "
		"account_rep service_rep service_agent live_rep handoff admins administrators "
		"moderators colleagues technicians dispatchers" },
	{ PERSON | LIVE, "~human humans human_being human_beings hooman" },
	{ PERSON, "~person person_in_charge whoever_is_in_charge whoevers_in_charge" },
	{ SOMEBODY, "someone somebody anyone anybody ~people persons guy ~somebody ~someone sb "
		    "sum1 any1 smb smone some1 dude folks anybody_real who_can_i who_do_i "
		    "who_should_i who_could_i who_to" },
	{ LIVE, "live real actual living genuine breathing alive competent flesh "
		"flesh_and_blood proper physical in_person live_agent live_person live_chat "
		"live_support live_help live_rep normal regular sane decent sensible "
		"qualified human_support human_help human_assistance" },
	{ SUPPORT, "department ~support ~service helpdesk help_desk service_desk call_center "
		   "call_centre customer_service customer_support customer_care tech_support "
		   "care_team" },
	{ BOT, "bot bots robot robots ~machine machines ai ~chatbot chatbots chatgpt gpt "
	       "algorithm automated computer ivr software program autoresponder "
	       "virtual_assistant" },
	{ WANT, "lets ~want wanna ~need required request requesting demand demanding prefer "
		"would_like id_like wed_like id_love id_rather ~gimme give_me give_us ~lemme "
		"let_me let_us wish asking_for wanted waiting_for looking_for can_i_have "
		"could_i_have may_i_have can_we_have how_about insist wanting needing "
		"im_requesting i_require i_expect do_you_mind want_to_have require "
		"get_through can_i_please_have im_after let_me_through gonna_need "
		"hook_me_up_with mind_getting id_appreciate would_appreciate grateful "
		"grateful_if ive_asked_for i_asked_for i_have_asked_for i_keep_asking_for "
		"ive_been_asking_for asked_for im_asking_for giv_me this_needs this_requires "
		"it_requires it_needs issue_needs issue_requires problem_requires "
		"problem_needs case_requires case_needs question_requires question_needs "
		"and_requires and_needs count_on interested_in_talking interested_in_speaking "
		"appreciate_speaking appreciate_talking chance_of_speaking chance_of_talking "
		"insist_on_speaking insist_on_talking needed dont_like_to request_for "
		"requests_for" },
	{ CALL, "call ask put get bring summon fetch page send invite loop_in bring_in raise "
		"add include provide_me provide_us assign ask_for involve put_on getme" },
	{ CONNECT,
	  "~connect ~transfer ~switch forward redirect route reroute hook_up put_through "
	  "put_me put_us pass hand_over hand_me direct patch turn_me move_me pass_me "
	  "hand handover hook_me refer pls_connect swap conect tranfer link_me patch_me "
	  "take_me switch_me ~reconnect reconnect_me move_this" },
	{ SPEAK, "~speak ~talk chat converse communicate discuss reach ~contact consult "
		 "get_a_hold get_hold get_ahold deal_with interact get_in_touch "
		 "communication conversation message chatting_with complain complaint "
		 "resolve discuss_it not_talking not_speaking not_chatting word_with "
		 "a_word_with a_chat_with hear_from liaise correspond call_in continue_with "
		 "speaking_to speaking_with talking_to_an go_over go_through_it "
		 "interested_in_talking interested_in_speaking appreciate_speaking "
		 "appreciate_talking chance_of_speaking chance_of_talking insist_on_speaking "
		 "insist_on_talking get_to go_straight_to explain_it explain_this" },
	{ CAN, "can could may might possible would able is_it_possible allowed way "
	       "any_chance who_can_i who_do_i who_should_i who_could_i who_to" },
	{ CAN | NOT, "cant cannot couldnt impossible unable" },
	{ HELP, "help assist answer reply respond handle look check take review explain "
		"step_in join call_me contact_me get_back reach_out take_over deal call_back "
		"solve fix message_me ring_me intervene email_me write_me text_me write_to_me "
		"answering responding replying helping" },
	{ LET, "let have" },
	{ ME, "me us call_me ring_me contact_me call_me_back message_me get_back_to_me" },
	{ SELF, "i we im ive id ill weve were i_am" },
	{ YOU, "you u ya your youre yourself thou" },
	{ THEY, "he she they customer customers client clients user users caller callers hero "
		"heroine character protagonist friend friends boss_of wife husband mother "
		"father mom mum dad son daughter everyone people guest guests visitor "
		"visitors neighbour neighbor robots_who who_ever nobody shoppers patients "
		"many most brother sister prince princess knight player players my_boss "
		"our_boss my_teacher my_wife" },
	{ WANTS, "wants needs asks says said asked saying yells shouts yelled shouted demanded "
		 "demands requested requests speaks talks calls prefers thinks thought tells" },
	{ NOT, "not dont doesnt didnt isnt wont wouldnt shouldnt never arent aint wasnt "
	       "dont_need havent neither nor hardly rather_not dnt dont_like_to" },
	{ CAN, "cant_you cant_i couldnt_you couldnt_i wont_you wouldnt_you why_not "
	       "can_not_you cant_someone cant_a" },
	{ NO, "no nope nah no_more" },
	{ WITHOUT,
	  "without instead_of avoid rather_than avoiding besides other_than apart_from "
	  "except" },
	{ NONEED, "no_need unnecessary needless no_longer never_mind nevermind dont_want "
		  "dont_need not_needed do_not_want do_not_need changed_my_mind not_necessary "
		  "no_reason not_asking not_looking no_thanks if_needed if_necessary "
		  "close_the_chat end_the_chat cancel_the" },
	{ STOP, "stop enough quit tired sick fed hate useless stupid dumb terrible done_with "
		"cut_the ridiculous fuck fucking damn screw skip bye shut no_more not_talking "
		"not_speaking not_chatting refuse" },
	{ PAST, "yesterday ago earlier previously already last had was managed got was_able "
		"were_able got_to had_to told used once after before finally_got happened "
		"been turned_out were_great" },
	{ HOW, "how" },
	{ WHAT, "what which who whats whos whose describe explain_what" },
	{ HOWMUCH, "how_much how_many when how_long what_time how_often what_hours which_hours "
		   "until_when hours opening_hours do_i_have_to do_i_need_to should_i "
		   "do_we_have_to do_we_need_to do_you_have_to is_it_necessary" },
	{ WHY, "why" },
	{ WHERE, "where wheres" },
	{ OR, "or versus vs" },
	{ IF, "if whether suppose imagine unless whenever assuming pretend in_case "
	      "hypothetically every_time each_time" },
	{ BE, "are is am be being r this_is" },
	{ HAVE, "there theres exist exists do_you_have have_any got_any are_there is_there" },
	{ TRANSLATE, "~translate translation translating how_do_you_say how_to_say "
		     "how_would_you_say how_do_i_say" },
	{ WRITE, "write compose draft generate rewrite paraphrase rephrase summarize summarise "
		 "correct proofread create tell narrate invent design draw quote complete "
		 "continue edit analyze analyse make read sing describe roleplay role_play act "
		 "classify spell print writing finish implement" },
	{ TEXT, "story stories poem tale essay song joke letter email mail text sentence "
		"sentences phrase script dialogue scene novel play slogan post tweet headline "
		"paragraph code function regex haiku caption ad advert advertisement word "
		"words title chapter lyrics limerick riddle article line lines scenario "
		"instruction instructions prompt grammar fairytale fairy_tale movie film book "
		"game blog description quote role comic program class query template sign "
		"tweets tagline rap quest visual_novel options_for" },
	{ SAY, "say repeat type echo pronounce type_out tell" },
	{ MEAN, "mean means meaning define definition difference called spelled synonym "
		"synonyms plural explain_the stands_for defined etymology distinguish" },
	{ LANGNAME, "english german russian french spanish chinese kazakh ukrainian turkish "
		    "polish italian arabic japanese latin portuguese" },
	{ TOPIC, "factory warehouse sell house apartment mortgage salary wage wages earn earns "
		 "modulo ternary overloading overload precedence sql python java javascript "
		 "rust cpp golang php boolean logical bitwise arithmetic comparison spread "
		 "nullish assignment crane forklift drone machine_operator camera tour "
		 "mobile_operator network phone_operator radio mobile telecom carrier vacancy "
		 "vacancies job jobs resume career hiring hired resources resource rights body "
		 "bodies anatomy error nature race hair heart brain eye skin history dna "
		 "estate travel insurance real_estate property cleaning user_agent secret "
		 "user-agent chemical bleaching package password task file files window "
		 "download project bag community portfolio investment fund hedge tent tents "
		 "per first third missing sleeping bus train elevator switchboard heavy "
		 "equipment sample per_person trafficking kind evolution genome "
		 "psychology interaction development readable intelligence laplace "
		 "differential linear matrix hamiltonian integral quantum math mathematical "
		 "string concatenation equality remainder division null coalescing pipe "
		 "kubernetes forklifts plant commission become becoming literary free shipping "
		 "artificial reinforcement llm autonomous reward training train_as free_agent "
		 "biology theory medieval sci_fi human_size interest waist weight height tall "
		 "capital error_rate consumption population physiology behavior behaviour "
		 "immune torso skeleton ears ear eyes touch relations management feet foot "
		 "toes hand_size trials rate like_a like_an with_dementia on_linkedin "
		 "privilege_escalation exponentiation multiplication addition subtraction "
		 "modulus xor iteration membership inheritance casting" },
	{ WORK, "work works working available open exists earn paid hours shift shifts breaks "
		"weekends schedule do_operators employed do_agents" },
	{ ABOUT, "about for like as than regarding concerning between for_each such" },
	{ PREP | VIA, "through via by" },
	{ PREP, "to with from on in at of over onto into" },
	{ THE, "a an the one some any another other your" },
	{ PLEASE, "~please pls plz plox now asap immediately urgently urgent right_now quickly "
		  "fast right_away already_now pleeease kindly ffs rn thx_now straight_away "
		  "this_instant pleas today pronto at_once right_this_second real_quick" },
	{ CONNECT | ROLE, "escalate" },
	{ LATER, "later tomorrow someday another_time come_in visit" },
	{ ROLE, "member_of_{your,staff,the}" },
	{ CONNECT,
	  "connecting_me transferring_me putting_me getting_me switching_me passing_me" },
	{ PEOPLE, "people persons humans" },
	{ CONNECT, "be_connected be_transferred be_redirected get_connected get_transferred" },
	{ FILLER, "i_mean already them second tier level who_speaks who_speak that_speaks it "
		  "him ticket conversation dialog session matter third_time second_time "
		  "for_the_third_time for_the_second_time fourth_time speaking easier simpler "
		  "preferably ideally different" },
	{ FILLER,
	  "assistance intervention for_real for_once help_from so just really and yes "
	  "yeah yep ok okay well um uh hmm actually then too also only directly quick "
	  "finally this that these here customer support_team company sales billing "
	  "technical first_line team department line phone side again man bro dude sir "
	  "mate lol omg wtf god oh hey_there still very some_kind anymore desk its more "
	  "qualified senior instead do did will does to_please whoever off over_to up "
	  "to_a straight somewhere possible_please question questions issue problem "
	  "back out help_me must should gotta have_to got_to_have try trying option "
	  "options button number" },
	{ HERE, "here there around out_there in_here hear_me home" },
	{ THANKS, "thanks thank thx cheers ty appreciate" },
	{ HELLO, "hi hello hey greetings good_morning good_evening good_day good_afternoon "
		 "dear" },
	{ BUT, "but however though" },
	{ THAT, "that who_can whom which_can who_speaks who_speak that_speaks who_knows" },
	{ COUNT, "two three four five six seven eight ten twelve each every many several both "
		 "couple 2 3 4 5 most half million thousand billion average" },
	{ KNOWN, "manage managed manages operate operates operated operating operation "
		 "operations humane humanity humanoid humanities personal personality "
		 "personnel persons talking speaking chatting talked spoke spoken called "
		 "connected transferred wait waiting walk tall want_not heed weed seed "
		 "supporting supported supports supporter supporters contract persona agency "
		 "agenda romans roman woman women wants taught tank perfect permit parson "
		 "agile talks content connection connections connects management region season "
		 "reason lesson bother both brother bottle ask_any ask_anyone" },
	{ OFFICE,
	  "~teacher tutor ~mentor ~instructor professor coach curator director owner ceo "
	  "lawyer engineer technician expert accountant broker sales billing accounting "
	  "retention logistics returns refunds_team finance fraud team teams department "
	  "desk office dept branch crew coworker gentleman lady boss" },
	{ DESK, "~customer_service ~customer_support customer_care tech_support "
		"technical_support technical_assistance helpdesk help_desk service_desk "
		"call_center call_centre contact_center contact_centre hotline helpline "
		"client_services client_service client_support care_team service_team "
		"it_support live_support support_line customer_services customer_relations "
		"user_support human_support human_help human_assistance chat_support "
		"phone_support" },
	{ NUMBER,
	  "number phone telephone phone_number telephone_number contact_number "
	  "contact_details contact_info contact_information contacts hotline helpline" },
	{ RING, "call_me call_me_back call_us ring_me ring_me_back phone_me phone_me_back "
		"call_us_back give_me_a_{call,ring,shout,buzz} a_callback a_call_back "
		"a_phone_call_from a_call_from get_back_to_me contact_me reach_out_to_me "
		"get_in_touch_with_me get_in_contact_with_me reach_me ring_us "
		"give_us_a_{call,ring} contact_you reach_you get_in_touch_with_you "
		"reach_out_to_you get_a_hold_of_you request_callback request_a_callback "
		"schedule_a_callback order_a_callback get_a_callback need_a_callback "
		"want_a_callback put_me_through" },
	{ MINE | THE, "my our mine" },
	{ SUPPORT | FILLER,
	  "help assistance response reply interaction contact aid attention answer "
	  "voice" },
	{ WANT | PREP, "only_with only_through only_via only_to" },
	{ CALL | VIA, "find" },
	{ TRADE, "doctor doctors nurse courier driver principal headmaster headteacher "
		 "pharmacist therapist trainer coach landlord host cashier chef realtor "
		 "solicitor notary counselor counsellor surveyor banker" },
	{ OFFICE, "front_desk reception concierge registrar dean fraud_team billing_team "
		  "claims underwriting helpdesk_team admissions reservations bookings" },
	{ PRONOUN, "them him one her" },
	{ WITH, "to with" },
	{ PERSON,
	  "live_body live_one human_one actual_one proper_one flesh_and_blood_one real_deal" },
	{ SOMEBODY, "some_one any_one some_body any_body who_else_can_i whom_can_i "
		    "whom_should_i whom_do_i who_else_could_i somone somebdy" },
	{ SOMEBODY | CAN, "who_else_can_i whom_can_i whom_should_i" },
	{ FILLER, "i_said as_i_said like_i_said i_told_you i_repeat again_i_said promised "
		  "you_promised to_someone_else on_duty on_shift right_there smarter better "
		  "instead_of_you else once_again one_more_time i_already_said" },
	{ FILLER | KNOWN, "on_shift" },
	{ LET, "appreciate_it_if appreciate_if be_great_if be_nice_if be_good_if be_better_if "
	       "be_lovely_if love_it_if be_helpful_if be_grateful_if be_thankful_if make_sure "
	       "make_it_so_that" },
	{ HERE, "online present" },
	{ SUPPORT, "~servise ~serivce ~srevice" },
	{ FILLER, "~customer" },
	{ WANT, "how_much_longer_must_i_wait_for still_waiting_for still_waiting_on "
		"been_waiting_for waiting_on let_me_out prefer_to" },
	{ SOMEBODY, "whoever" },
	{ WITHOUT, "get_past get_around bypass get_rid_of getting_past" },
	{ ROLE, "customer_care_executive care_executive service_executive" },
	{ ME, "pass_me hand_me put_me put_us turn_me move_me hook_me link_me patch_me take_me "
	      "switch_me reconnect_me let_me_out get_me_out" },
	{ WANT | CONNECT, "let_me_out get_me_out" },
	{ TOPIC, "role roles" },
	{ KNOWN, "give" },
	{ TALK, "conversation communication" },
	{ PAST, "figured found_it found_out solved sorted" },
	{ NONEED, "have_no_time dont_have_time no_time dont_feel_like dont_wish dont_wanna "
		  "dont_care_to" },
	{ SPEAK, "write_to writing_to" },
	{ SOMEBODY | PEOPLE, "ppl peeps" },
	{ SUPPORT | FILLER, "opinion advice" },
	{ SPEAK, "hear_it_from hear_this_from hear_that_from" },
	{ FILLER, "even" },
	{ RING,
	  "who_can_i_call who_do_i_call who_should_i_call who_could_i_call whom_can_i_call" },
	{ WITHOUT | LET, "get_me_off take_me_off" },
	{ PERSON, "live_person live_human" },
	{ WANT, "demand_to_see want_to_see like_to_see need_to_see" },
	{ OFFICE, "the_head head_teacher" },
	{ HAVE | SOMEBODY, "is_there_no_one is_there_nobody is_no_one_there" },
	{ LET, "so_that" },
	{ HELP, "answers replies responds" },
	{ SPEAK, "tlk tallk" },
	{ ROLE, "agnt agt mngr" },
	{ FILLER, "i_meant of_yours with_a_brain" },
	{ SOMEBODY, "whos_in_charge who_is_in_charge in_charge" },
	{ NOT | WANT, "i_will_not i_wont im_not_going_to i_am_not_going_to i_shall_not" },
	{ WANT, "feel_better feel_more_comfortable more_comfortable be_happier be_easier "
		"much_easier rather_have" },
	{ SPEAK, "hear_back_from straight_to" },
	{ OFFICE, "secretary school_secretary school_office leasing_team leasing_office "
		  "billing_office" },
	{ SPEAK | WANT,
	  "feel_better_{talking,speaking}_{to,with} comfortable_{talking,speaking}_{to,with} "
	  "easier_to_{talk,speak}_{to,with}" },
	{ OFFICE, "housekeeping" },
	{ FILLER, "left three_times twice several_times many_times repeatedly" },
	{ WANT, "nead" },
	{ WITHOUT | LET, "switch_off turn_off shut_off" },
	{ FILLER, "rather" },
	{ SPEAK | WANT, "{prefer,want,consider}_{talking,speaking,chatting}_{to,with}" },
	{ MINE | THE, "his their" },
	{ WITHOUT | LET, "skip bypass get_past get_around get_rid_of" },
	{ WANT, "how_many_times_{do,must,should,have,did}_i "
		"asked_{twice,repeatedly,many_times,several_times,three_times}_for" },
	{ CONNECT, "{queue,line}_for line_me_up queue_me" },
	{ HOW, "{best,easiest,fastest,quickest}_way_to" },
	{ FILLER, "{hlep,halp,hepl}_from" },
	{ HOW | CAN, "what_do_i_{type,say,press,do,click,write}_to "
		     "what_do_i_have_to_{type,say,press,do,click,write} "
		     "what_do_i_need_to_{type,say,press,do,click,write} "
		     "what_{should,must,can}_i_{type,say,press,do,click,write}_to" },
	{ CONNECT, "{gets,takes,brings,leads}_me_to {connects,transfers}_me puts_me_through" },
	{ PREP, "w" },
	{ WITH, "w" },
	{ ABOUT, "abt bout" },
	{ ROLE, "sales_{rep,reps,representative,agent,person,manager}" },
	{ OFFICE, "teammate teammates workmate co_worker" },
	{ SPEAK | NONEED, "{question,issue,problem}_{isnt,is_not,not}_for" },
	{ SPEAK, "{talk,speak,tlk,chat}_2" },
	{ PREP, "wid wit" },
	{ WITH, "wid wit" },
	{ FILLER,
	  "possibly maybe perhaps simply goddamn bloody freaking fricking frigging effing" },
	{ ORDER, "bring add include send" },
	{ PLEASE, "plss plzz plis plez pliz plse pleas" },
	{ FILLER, "thing app" },
	{ WANTS, "begs begged pleads insists insisted" },
	{ FILLER, "or_{not,what}" },
	{ ORDER, "ping" },
	{ HELP, "join" },
	{ CAUSE, "because cause coz cuz cos since bc while" },
	{ PREP, "until" },
	{ FILLER, "anyway anyways tho honestly tbh tonight" },
	{ WANT, "{what,all}_i_{want,need,ask}_is all_i_ask_for_is only_thing_i_{want,need}_is "
		"{trouble,bother}_you_for {ill,i_will}_wait_for" },
	{ SPEAK | WANT, "wouldnt_mind_{talking,speaking,chatting}_{to,with}" },
	{ CONNECT,
	  "mind_{connecting,transferring,putting,getting,passing,handing} be_passed be_put "
	  "be_routed be_forwarded" },
	{ CONNECT | ME, "{put,place,add}_me_in_{the,a,your}_{queue,line}" },
	{ PLEASE, "if_you_{would,please,could,dont_mind,will} if_i_may if_possible "
		  "if_{thats,its}_{possible,ok,okay,alright,fine}" },
	{ ROLE, "advisers advisors" },
	{ PRONOUN, "another_one a_new_one a_different_one" },
	{ IFHOW, "talking speaking chatting" },
	{ HOW, "{whats,what_is}_the_{best,easiest,fastest,quickest}_way_to" },
	{ SPEAK,
	  "{have,got}_a_{question,quick_question}_for {have,got}_{some,a_few}_questions_for" },
	{ WANTS, "{keeps,kept}_{asking,demanding,requesting,calling}" },
	{ SPEAK, "to_hear" },
	{ FILLER, "from_{management,administration,hr,it}" },
	{ CONNECT, "conekt konnect connekt conekct" },
	{ WITHOUT, "anything_but" },
	{ ORDER, "assign" },
	{ KNOWN, "{answer,do,help,explain,know}_better" },
	{ CONNECT, "{replace,swap,change}_{the,this,your}_bot" },
	{ PLEASE, "sos" },
	{ LEAVE,
	  "ooc out_of_{character,role,roleplay,story} out_of_the_{role,story,game,roleplay} "
	  "{leave,leaving,exit,exiting,pause,pausing}_the_{role,story,game,roleplay,scene}" },
	{ PERSON | LIVE, "human_{beeing,bein,beign}" },
	{ LIVE, "reall" },
	{ SELF | KNOWN, "{ive,weve}_read {ive,weve,i,we}_already_read" },
	{ ROLE, "one_of_your_{coworkers,teammates,people}" },
	{ FILLER, "come_on come_over" },
	{ WANT, "{id,wed,i_would,we_would}_{still,really,much,just}_{like,love,prefer}" },
	{ PREP | VIA, "thru" },
	{ SOMEBODY, "sumone sumbody" },
	{ 0 },
};
