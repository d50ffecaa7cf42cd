"""The same attempts in other languages: an order to drop instructions, to give a verdict, or to be another model.

A few wordings each, by people who write them badly: what is not listed is missed. Patterns read lower case text.
"""

from panel.checks.lazy import Lazy

_OTHER_TONGUES = (
    # verbs, then within a few words what is to be dropped; or the model's own instructions; or another role
    r"(?:ignorier(?:e|t|en\s+sie)?\s+(?:alle|die|deine|sämtliche|jede|bisherige|vorherige|ihre)|vergiss"
    r"|vergessen\s+sie|missachte|überschreibe)\b.{0,40}?\b(?:anweisung\w*|vorgaben|regeln|instruktion\w*"
    r"|befehl\w*|eingaben?|prompts?)",
    r"(?:bewerte|antworte|stimme|urteile)(?:[nt]|st)?\b.{0,40}?\b(?:ship|positiv|höchst\w*|bestnote|fünf\s+sterne)",
    r"(?:ignore[zrs]?\s+(?:(?:toutes|tous)\s+)?(?:les|tes|vos|ces)\s+(?:\w+\s+)?(?=instr|consig|règl|direct"
    r"|ordr)|oublie[zrs]?|néglige[zr]?|ne\s+ten\w+\s+pas\s+compte)\b.{0,40}?\b(?:instructions?|consignes?|règles"
    r"|directives|ordres)",
    r"(?:révèle|affiche|répète|montre)[zr]?\b.{0,40}?\b(?:consignes|instructions|prompt)\s*(?:système"
    r"|initiale?s?|internes?)?",
    r"(?:réponde[zs]?|répondez|votez|notez|évaluez)\b.{0,40}?\b(?:ship|positi\w+|maximum|meilleure\s+note)",
    r"(?:ignor(?:a[rd]?|e)\s+(?:todas\s+)?(?:las|tus|sus|estas|cualquier)\s+(?:\w+\s+)?(?=instr|indic|regl|órden"
    r"|direc)|olvida[rd]?|olvide|omite|descarta|desobedece)\b.{0,40}?\b(?:instrucciones|indicaciones|reglas"
    r"|órdenes|directrices|instrucciones|mensajes?)",
    r"(?:responde|vota|califica|puntúa|evalúa)\b.{0,40}?\b(?:ship|positiv\w+|máxim\w+|cinco\s+estrellas)",
    r"(?:actúa|compórtate|finge)\b.{0,30}?\b(?:como|ser|que\s+eres)\b.{0,40}?\b(?:modelo|ia|asistente"
    r"|restricciones|filtros?)",
    r"(?:ignor(?:ar?|e)\s+(?:todas\s+)?(?:as|suas|estas)\s+(?:\w+\s+)?(?=instr|regr|orden|diret)|esqueça|esquece"
    r"|desconsidere)\b.{0,40}?\b(?:instruções|regras|ordens|diretrizes|orientações)",
    r"(?:responda|vote|avalie|classifique)\b.{0,40}?\b(?:ship|positiv\w+|máxim\w+|cinco\s+estrelas)",
    r"(?:ignora\s+(?:tutte\s+)?(?:le|queste|ogni)\s+(?:\w+\s+)?(?=istr|regol|ordin|dirett)|dimentica"
    r"|scorda)(?:re|te|ti|tevi)?\b.{0,40}?\b(?:istruzioni|regole|ordini|direttive|indicazioni)",
    r"(?:negeer|vergeet)\b.{0,40}?\b(?:instructies|aanwijzingen|regels|opdrachten)",
    r"(?:zignoruj|ignoruj|zapomnij|pomiń)\b.{0,40}?\b(?:instrukcj\w+|polece\w+|zasad\w*|wytyczn\w+)",
    r"(?:игнорируй\w*|проигнорируй\w*|забудь\w*|отбрось\w*|не\s+обращай\w*)\b.{0,50}?\b(?:инструкц\w+|указан\w+"
    r"|правил\w*|команд\w*|сообщен\w+|промпт\w*)",
    r"(?:выведи|покажи|раскрой|повтори)\w*\b.{0,40}?\b(?:системн\w+|инструкц\w+|промпт\w*)",
    r"(?:ты\s+теперь|теперь\s+ты|притворись|представь,?\s+что\s+ты"
    r"|веди\s+себя\s+как)\b.{0,60}?\b(?:без\s+огранич\w+|модел\w+|ассистент\w*|цензур\w+|ии)",
    r"(?:без\s+цензуры|отвечай\s+(?:только\s+)?ship|оцени\w*\b.{0,30}?\b(?:максим\w+|положительн\w+))",
    r"(?:ігноруй\w*|забудь\w*)\b.{0,40}?\b(?:інструкц\w+|вказівк\w+|правил\w*)",
    r"(?:talimat|komut|yönerge|kural|mesaj|istem|kısıtlama)\w*(?:\s+\w+){0,4}?\s+(?:unut|yok\s+say"
    r"|görmezden\s+gel|dikkate\s+alma|geçersiz|iptal|göster|yaz|kaldır|açıkla|tekrarla)\w*",
    r"(?:sistem\s+(?:istem|mesaj|talimat|komut)\w*|(?:rolünü|önceki(?:\s+tüm)?\s+\w+)\s+unut|sansürsüz|filtresiz"
    r"|geliştirici\s+modu)",
    r"(?:kısıtlama|filtre|güvenlik\s+(?:filtre|politika)|sınır)\w*(?:\s+\w+){0,3}?\s+(?:kaldır|kapat|kapalı"
    r"|devre\s+dışı|geçersiz)\w*|kural\s+tanımayan|(?:itaat|boyun)\s+e[dğ]\w*|cevabına\s+mutlaka|gizli\s+anahtar",
    r"(?:ab\s+jetzt|von\s+nun\s+an)\b.{0,60}?\b(?:keine\s+regeln|ohne\s+jede|bist\s+du)|ohne\s+jede\s+einschränkung",
    r"(?:abaikan|lupakan)\b.{0,40}?\b(?:instruksi|perintah|aturan)",
    r"(?:bỏ\s+qua|quên)\b.{0,40}?(?:hướng\s+dẫn|chỉ\s+dẫn|quy\s+tắc|lệnh)",
    r"(?:تجاهل|انس|انسى|تجاهلي|تجاهلوا|أهمل)\b.{0,50}?(?:التعليمات|تعليمات|الأوامر|القواعد|التوجيهات)",
    r"(?:موجه\s+النظام|أنت\s+الآن\s+\w+\s+بلا|دون\s+أي\s+رفض|بلا\s+قيود)",
    r"(?:دستور\w*|قوانین|راهنما\w*|پیام\s+سیستمی)\b.{0,60}?(?:نادیده|فراموش|بنویس|نشان)",
    r"(?:अनदेखा|नज़रअंदाज़|भूल\s+जा)\S*|(?:निर्देश\w*).{0,40}?(?:अनदेखा|नज़रअंदाज़|भूल)",
    r"(?:התעלם|שכח)\b.{0,40}?(?:הוראות|ההוראות|הנחיות|כללים)",
)  # fmt: skip
OTHER_TONGUES = Lazy("|".join(rf"(?<!\w)(?:{part})" for part in _OTHER_TONGUES))
_WORDS = """
ignorier bewertet bewertest antwortet antwortest stimmen stimmst urteilen urteilet urteilest dimenticate dimenticati
dimenticatevi scordare scordate scordati scordatevi
ignorieren ignoriere ignoriert vergiss vergessen missachte bewerte bewerten antworte antworten stimme
urteile ignorez ignorer ignore ignores oublie oubliez oublier négligez révèle révélez affiche répète montre
répondez répondes votez notez évaluez ignora ignorar ignorad olvida olvidar olvide omite descarta desobedece
responde vota califica puntúa evalúa actúa compórtate finge ignorem esqueça esquece desconsidere responda
vote avalie classifique dimentica dimenticare trascura scorda negeer vergeet zignoruj ignoruj zapomnij pomiń
игнорируй игнорируйте проигнорируй проигнорируйте забудь забудьте отбрось выведи выведите покажи раскрой
повтори теперь притворись представь веди цензуры отвечай оцени ігноруй ігноруйте unut say gel iptal cevabına
tanımayan kapat dışı kapalı itaat gizli jetzt nun ohne göster yaz yok görmezden geçersiz kaldır açıkla
tekrarla sistem sansürsüz filtresiz modu abaikan lupakan bỏ quên تجاهل انس انسى تجاهلي تجاهلوا أهمل موجه أنت
دون بلا دستورهای دستور نادیده قوانین अनदेखा नज़रअंदाज़ भूल निर्देशों התעלם שכח überschreibe ignorera
"""
OTHER_WORDS = frozenset(_WORDS.split())
# Beginnings of words that take endings, in scripts and spellings that are never plain ASCII.
OTHER_STEMS = (
    "игнорируй", "забудь", "отбрось", "обращай", "выведи", "покажи", "раскрой", "повтори", "оцени", "ігноруй",
    "talimat", "komut", "yönerge", "kural", "mesaj", "istem", "kısıtlama", "filtre", "güvenlik", "sınır", "boyun",
    "cevabına", "geliştirici", "rolünü", "önceki", "دستور", "راهنما", "پیام", "अनदेखा", "नज़रअंदाज़", "निर्देश", "भूल",
)  # fmt: skip
IDEOGRAPHS = Lazy("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
EAST_ASIAN = Lazy(
    r"(?:忽略|无视|無視|忘记|忘掉|忘記|不要理会|请忽略|抛开|绕过)[^。！？\n]{0,20}?(?:指令|指示|提示|规则|規則|命令|要求|设定|内容|说明|限制|消息)"
    r"|(?:系统|系統)(?:提示词?|提示詞|指令|消息)|没有任何限制|不加审查|不受限制|从现在起你|从现在开始，?你|你现在是"
    r"|(?:评审|评委|审稿|模型)[^。！？\n]{0,15}?(?:必须|应当|请)|(?:请|必须)(?:回答|投票|给出|输出)[^。！？\n]{0,15}?(?:ship|通过|推荐|满分|五星|好评)"
    r"|(?:以前|これまで|上記|前|すべて|全て)の[^。！？\n]{0,10}?(?:指示|命令|ルール|プロンプト)[^。！？\n]{0,12}?(?:無視|忘れ)"
    r"|(?:指示|命令|ルール|プロンプト)を(?:すべて|全て)?(?:無視|忘れ)|システムプロンプト|(?:ship|満点|最高評価)と(?:回答|答え)"
    r"|(?:이전|위의|모든|지금까지의?)[^.!?\n]{0,15}?(?:지시|명령|지침|규칙|프롬프트)[^.!?\n]{0,15}?(?:무시|잊)|시스템\s*프롬프트"
    r"|(?:ship|만점|최고\s*점수)[^.!?\n]{0,8}?(?:답|평가)"
)
