#include "common/handoff/lexicon.h"

/* Spanish and Portuguese. */

const struct lexeme lexicon_es[] = {
	{ ROLE, "~operador{,a,es} agente{,s} ~asesor{,a,es} ~representante{,s} ejecutivo "
		"gerente supervisor{,a} encargad{o,a} empleado emplead{a,os} responsable "
		"ejecutiv{o,a} teleoperador{,a} técnico técnica teleoperadora "
		"ejecutivo_de_cuenta jef{e,a}_de_turno trabajador{,a} gestor{,a} dependiente" },
	{ PERSON | LIVE, "~human{o,a,os,as} ser_humano" },
	{ PERSON, "~persona" },
	{ SOMEBODY, "alguien personas gente alguien_ahí" },
	{ LATER, "mañana luego" },
	{ PEOPLE, "personas gente" },
	{ LIVE, "real viva vivo verdader{o,a} reales carne_y_hueso física de_verdad vivas" },
	{ SUPPORT, "soporte atención servicio_al_cliente atención_al_cliente servicio" },
	{ BOT, "bot bots robot robots máquina máquinas chatbot contestador "
	       "inteligencia_artificial ia" },
	{ WANT, "~quiero ~quisiera ~necesito ~necesitamos deseo exijo querría preciso dame "
		"deme denme prefiero queremos solicito requiero pido me_gustaría gustaría "
		"espero ponme póngame pónganme quería me_urge urge ocupo páseme_con "
		"quisiéramos me_hace_falta" },
	{ CALL, "llama llame llamen llamar busca trae traiga tráeme búscame consígueme buscar "
		"manda" },
	{ CONNECT, "~conecta{,r,me,s} pasas comunicas transfieres ~conécteme conéctame "
		   "~comunica{,r,me,rme} comuníqueme comuníquenme pas{a,ar,arme,ame,eme,enme} "
		   "pásame páseme pásenme transfi{ere,era,eran} transfiér{eme,ame} "
		   "transfiéra{me,nme} transferir{me,} deriva{r,me,} derívame conectarme "
		   "comunicarme contáctame contactarme enlázame redirige redirigir redirígeme "
		   "pasarme transfiéreme transferirme mándame mándeme mándenme" },
	{ SPEAK, "ser_atendido ser_atendida ~hablar ~platicar charlar conversar chatear "
		 "contactar contacto comunicarme hable contactarme dialogar quejarme_con" },
	{ IFHOW, "hablo comunico contacto_con" },
	{ CAN, "puedo puede puedes podría podrías pueden posible podemos podrían puedo_yo "
	       "hay_manera hay_forma podéis pueda puedan" },
	{ CAN | NOT, "imposible" },
	{ HELP, "ayude ayudar ayudarme atender atienda atenderme responder responda conteste "
		"contestar atiéndame ayúdeme llame_a" },
	{ LET, "que deja" },
	{ ME, "me mi mí nos conmigo comuníquese_conmigo" },
	{ SELF, "yo nosotros" },
	{ YOU, "tú usted eres ustedes vosotros te" },
	{ THEY, "ella ellos cliente clientes héroe personaje amigo amiga marido esposa mamá "
		"jefe usuario mi_hijo hermano" },
	{ WANTS, "quiere quieren pide piden dice dijo necesita necesitan pidió gritó grita "
		 "preguntó" },
	{ NOT, "no ni nunca tampoco" },
	{ NO, "no" },
	{ WITHOUT, "sin en_vez_de en_lugar_de" },
	{ NONEED, "no_{necesito,quiero,hace_falta,es_necesario,necesitamos,hace} no_me_pases "
		  "innecesario" },
	{ STOP, "basta deja_de harto harta cansado cansada para ya_no inútil" },
	{ PAST, "ayer ya_hablé antes anteriormente pasado hablé ayudó atendió pude logré era "
		"fue estaba" },
	{ HOW, "cómo" },
	{ WHAT, "qué quién cuál quien cual" },
	{ HOWMUCH, "cuánto cuántos cuántas cuanto cuando cuándo a_qué_hora hasta_qué_hora "
		   "horario cuánta" },
	{ WHY, "por_qué" },
	{ WHERE, "dónde donde" },
	{ OR, "o u" },
	{ IF, "si_un si_una si_pido si_quiero si_llamo si_necesito si_alguien si_el "
	      "supongamos imagina" },
	{ BE, "es eres soy está" },
	{ HAVE, "hay existe existen tienen tenéis tienes alguien_ahí" },
	{ TRANSLATE,
	  "traduce traduzca traducir tradúceme traducción cómo_se_dice como_se_dice" },
	{ WRITE,
	  "escribe escriba redacta crea inventa compón corrige resume genera escríbeme" },
	{ TEXT, "historia cuento poema canción texto frase oración carta correo chiste guion "
		"novela código función relato diálogo palabra verso" },
	{ SAY, "repite di" },
	{ MEAN, "significa significado diferencia define llama_se definición" },
	{ LANGNAME, "inglés español francés alemán ruso italiano" },
	{ TOPIC, "grúa grua móvil móviles telefónico telefonía módulo ternario lógico sueldo "
		 "salario gana trabajo empleo vacante inmobiliari{o,a} seguros viajes recursos "
		 "derechos cuerpo ser_humano_es cerebro error turístico aritmético python "
		 "mayor mayores tienda_para java asignación comercial turismo secreto "
		 "contraseñas archivos montacargas maquinaria por_persona raza naturaleza" },
	{ WORK, "trabaja trabajan atienden gana_un cobra ganan trabajar" },
	{ ABOUT, "sobre acerca" },
	{ PREP, "con a al de del en para por hasta" },
	{ THE, "un una el la los las algún alguna unos otro otra" },
	{ PLEASE, "por_favor porfavor porfa ya ahora urgente inmediatamente rápido ahora_mismo "
		  "pronto favor" },
	{ FILLER, "y e se lo sí bueno pues solo directamente mejor aquí este esta mi su es_que "
		  "ver más ayuda mismo cliente ventas tu usted_a le esto sólo un_momento "
		  "todavía urgentemente tipo puedas que" },
	{ HERE, "aquí ahí allí" },
	{ THANKS, "gracias" },
	{ HELLO, "hola buenas buenos_días buenas_tardes" },
	{ BUT, "pero sino" },
	{ COUNT, "dos tres cuatro cinco seis muchas muchos cada varias varios mil" },
	{ OFFICE, "jefe jefa director{,a} profesor{,a} tutor{,a} ventas facturación "
		  "contabilidad departamento equipo dueño dueña técnicos cobranzas" },
	{ DESK, "atención_al_cliente servicio_al_cliente servicio_técnico soporte_técnico "
		"servicio_de_atención call_center mesa_de_ayuda atención_al_usuario "
		"centro_de_atención soporte_humano atención_humana asistencia_técnica "
		"línea_de_atención" },
	{ NUMBER, "teléfono número contacto número_de_teléfono teléfono_de" },
	{ RING, "llámame llámeme llámenme llamadme me_pueden_llamar me_puede_llamar "
		"me_podrían_llamar pueden_llamarme puede_llamarme que_me_llame que_me_llamen "
		"devuélvanme_la_llamada contácteme contáctenme comuníquense_conmigo me_llame "
		"llamarme me_llaman que_alguien_me_llame contactarlos contactarme_con_ustedes "
		"contactarse_con_ustedes contactar_con_ustedes comunicarme_con_ustedes "
		"contactaros comuníquese_conmigo comunícate_conmigo me_llamara me_llamaran" },
	{ SUPPORT | FILLER, "ayuda respuesta contacto asistencia" },
	{ MINE | THE, "mi mis" },
	{ TRADE, "médico médica doctor{,a} enfermer{o,a} repartidor{,a} conductor{,a} "
		 "mensajero entrenador{,a}" },
	{ OFFICE, "recepción conserje" },
	{ PRONOUN, "él ellos uno" },
	{ WITH, "con" },
	{ HELP, "llamara llamaran atendiera ayudara contestara respondiera revise revisar "
		"revisara contacte escriba vea mire" },
	{ LET, "agradecería_que agradecería_si gustaría_que sería_bueno_que" },
	{ FILLER, "de_la_tienda del_hotel del_banco de_la_escuela turno dije repito ya_dije q "
		  "pa alguien_más" },
	{ CONNECT, "pasame pasenme pasam{e,elo}" },
	{ LIVE | ALONE, "de_carne_y_hueso" },
	{ SOMEBODY | HAVE, "no_hay_nadie no_hay_alguien" },
	{ SPEAK, "{poner,presentar,hacer}_una_{queja,reclamación}_{con,ante,al}" },
	{ PLEASE, "si_es_posible si_fuera_posible si_se_puede" },
	{ CAUSE, "porque" },
	{ SPEAK, "ablar" },
	{ WANT, "nesesito nececito nesecito kiero" },
	{ 0 },
};

const struct lexeme lexicon_pt[] = {
	{ ROLE, "~atendente{,s} ~operador{,a,es} agente{,s} ~representante gerente "
		"supervisor{,a} funcionári{o,a,os} consultor{,a} responsável especialista "
		"técnic{o,a} vendedor{,a} encarregad{o,a} assistente_humano profissional "
		"colaborador{,a}" },
	{ PERSON | LIVE, "~human{o,a,os,as} ser_humano" },
	{ PERSON, "~pessoa" },
	{ SOMEBODY, "alguém pessoas gente" },
	{ PEOPLE, "pessoas" },
	{ LIVE, "real verdadeir{o,a} viva vivo reais de_verdade de_carne_e_osso física" },
	{ SUPPORT, "suporte atendimento sac" },
	{ BOT, "bot bots robô robôs robo máquina chatbot inteligência_artificial ia" },
	{ WANT, "~quero ~queria ~preciso ~gostaria desejo exijo prefiro precisamos queremos "
		"solicito aguardo me_dá dá_me me_dê esperando necessito" },
	{ CALL, "chama chame chamar chamem chamam busque traga arruma me_arruma" },
	{ CONNECT, "transfer{e,ir,em,ira} transfira transfiram passa passe passar conecta "
		   "conecte conectar conectem me_passa coloca coloque encaminhe encaminha "
		   "encaminhar redireciona ligue_me contatar direciona me_coloca ligar_com" },
	{ SPEAK, "ser_atendido ser_atendida ~falar ~conversar contatar contato bater_papo "
		 "dialogar atendimento_com atendimento" },
	{ IFHOW, "falo converso" },
	{ CAN, "posso pode poderia podem possível consigo podemos dá_para tem_como poderiam "
	       "dá_pra" },
	{ CAN | NOT, "impossível" },
	{ HELP, "ajudar ajude atender atenda responder responda me_ajuda me_atende me_ligar" },
	{ LET, "que deixa deixe" },
	{ ME, "me mim nos comigo" },
	{ SELF, "eu nós" },
	{ YOU, "você vocês és tu" },
	{ THEY, "ele ela eles cliente clientes herói personagem amigo amiga marido esposa mãe "
		"chefe usuário irmão" },
	{ WANTS, "quer querem pede pedem diz disse precisa precisam pediu gritou perguntou "
		 "falou" },
	{ NOT, "não nao nem nunca" },
	{ NO, "não" },
	{ WITHOUT, "sem em_vez_de ao_invés_de" },
	{ NONEED, "não_{preciso,quero,precisa,é_necessário,necessito} desnecessário dispenso" },
	{ STOP, "chega basta pare cansei cansado cansada parem" },
	{ PAST, "ontem antes passado falei ajudou atendeu consegui já_falei era foi estava "
		"ajudaram" },
	{ HOW, "como_faço como_posso como_consigo como" },
	{ WHAT, "que_é quem qual quê quais o_que o_que_é" },
	{ HOWMUCH,
	  "quanto quantos quantas quando até_que_horas que_horas horário a_que_horas" },
	{ WHY, "por_que porque por_quê" },
	{ WHERE, "onde cadê" },
	{ OR, "ou" },
	{ IF, "se_eu se_um se_o se_uma suponha imagine se_alguém" },
	{ BE, "é está sou são" },
	{ HAVE, "há existe existem tem têm" },
	{ TRANSLATE, "traduz traduza traduzir tradução como_se_diz" },
	{ WRITE, "escreva escreve redija crie invente corrija resuma gere" },
	{ TEXT, "história conto poema canção texto frase carta email piada roteiro romance "
		"código função diálogo redação" },
	{ SAY, "repita repete diga" },
	{ MEAN, "significa significado diferença define" },
	{ LANGNAME, "inglês português espanhol francês alemão russo" },
	{ TOPIC, "guindaste empilhadeira máquinas celular telefonia módulo ternário lógico "
		 "salário ganha trabalho emprego vaga imobiliári{o,a} seguros viagens recursos "
		 "direitos corpo cérebro erro turismo aritmético python java atribuição "
		 "secreto senhas arquivos por_pessoa raça idosa caixa" },
	{ WORK, "trabalha trabalham ganham atendem trabalhar" },
	{ ABOUT, "sobre" },
	{ PREP, "com a ao à de do da em no na para pra pro por até num" },
	{ THE, "um uma o os as algum alguma outro outra" },
	{ PLEASE, "por_favor pfv pf favor agora urgente imediatamente rápido já logo" },
	{ FILLER, "e se sim bom só direto melhor aqui este esse essa meu minha seu mais ajuda "
		  "mesmo cliente vendas apenas aí muito isso ainda está" },
	{ HERE, "aqui aí" },
	{ THANKS, "obrigado obrigada valeu" },
	{ HELLO, "olá oi bom_dia boa_tarde boa_noite" },
	{ BUT, "mas porém" },
	{ COUNT, "dois duas três quatro cinco seis muitas muitos cada várias vários mil" },
	{ OFFICE, "chefe diretor{,a} professor{,a} tutor{,a} vendas financeiro setor "
		  "departamento equipe equipa dono dona gerência cobrança" },
	{ DESK, "suporte_técnico atendimento_ao_cliente atendimento_humano suporte_humano "
		"central_de_atendimento serviço_de_atendimento apoio_ao_cliente sac "
		"assistência_técnica atendimento_ao_consumidor serviço_ao_cliente" },
	{ NUMBER, "telefone número contato contacto número_de_telefone" },
	{ RING, "me_liga me_ligue me_liguem ligue_me liguem_me ligue_para_mim liguem_para_mim "
		"liga_pra_mim podem_me_ligar pode_me_ligar poderiam_me_ligar me_retornem "
		"entre_em_contato_comigo entrem_em_contato_comigo me_telefone alguém_me_ligue "
		"me_ligar falar_com_vocês contatar_vocês entrar_em_contato_com_vocês" },
	{ SUPPORT | FILLER, "ajuda resposta contato" },
	{ MINE | THE, "meu minha" },
	{ TRADE, "médic{o,a} enfermeir{o,a} entregador{,a} motorista" },
	{ OFFICE, "recepção portaria" },
	{ PRONOUN, "ele ela eles um" },
	{ WITH, "com" },
	{ HELP, "ligasse ligassem atendesse respondesse ajudasse liguem ligue retorne "
		"retornasse veja olhe analise escreva_me" },
	{ LET, "agradeceria_se seria_bom_se gostaria_que" },
	{ FILLER, "repito já_disse eu_disse da_loja do_hotel do_banco da_escola pra_mim" },
	{ SOMEBODY | HAVE, "não_tem_ninguém não_há_ninguém" },
	{ MEAN, "definição significados" },
	{ PLEASE, "se_possível se_for_possível se_der" },
	{ CAUSE, "porque pois" },
	{ 0 },
};
