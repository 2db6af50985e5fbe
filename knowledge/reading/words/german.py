"""German."""

WORDS: dict[str, str] = {
    "FASTER": "schneller | schnellere | flotter | fixer | zugiger | schnelleren",
    "FAST": "schnell | flott | so schnell | rasch",
    "SLOW": "langsam | zu langsam | lahm | viel zu langsam | dauert zu lange",
    "SLOWER": "langsamer | verlangsame | verlangsamen",
    "SPEED": "geschwindigkeit | tempo | durchsatz | leistung",
    "SPEEDUP": "beschleunige | beschleunigen | beschleunigung | beschleunigt | tempo machen",
    "OPTIMIZE": "optimiere | optimieren | optimierung",
    "TIME": "zeit | laufzeit | dauer | latenz | rechenzeit | renderzeit | zeit pro bild | wartezeit",
    "LESS": "weniger | kurzer | geringer | niedriger | kurzere",
    "MORE": "mehr | hoher | hohere | grosser",
    "REDUCE": "senken | senke | reduziere | reduzieren | verkurze | verkurzen | sparen | spare | kurze"
    " | kurzen | verringern | verringere | drucken | drucke | einsparen | gesenkt | reduziert | verkurzt | runter"
    " | sinken | schrumpfen | herunter",
    "INCREASE": "erhohe | erhohen | steigern | steigere | verbessern",
    "HALVE": "halbieren | halbiere | halbiert",
    "NTIMES=2": "doppelt | doppelte | doppelter | zweifach | zweimal | verdoppeln | verdopple | zweifache",
    "NTIMES=3": "dreimal | dreifach | dreifache | verdreifachen | verdreifache",
    "NTIMES=4": "viermal | vierfach | vierfache | vervierfachen",
    "NTIMES=5": "funfmal | funffach | funffache",
    "NTIMES=1.5": "anderthalbmal | eineinhalbmal | anderthalbfach",
    "SHARE=0.5": "halfte | die halfte | halbe | halben | halb",
    "SHARE=0.3333333333": "drittel | ein drittel",
    "SHARE=0.6666666667": "zwei drittel",
    "SHARE=0.25": "viertel | ein viertel",
    "SHARE=0.75": "drei viertel | dreiviertel",
    "SHARE=0.2": "funftel | ein funftel",
    "TIMES": "mal",
    "FACTOROF": "faktor | den faktor",
    "OF": "von | der | des | vom",
    "TO": "auf | bis auf | auf unter",
    "FROM": "anstatt | anstelle von | statt | von derzeit | von jetzt",
    "BY": "um | um die | um ein",
    "UNIT=1": "sekunde | sekunden | sek",
    "UNIT=0.001": "millisekunde | millisekunden",
    "UNIT=60": "minute | minuten",
    "UNIT=3600": "stunde | stunden",
    "DAY": "tag | tage | woche | wochen | monat | jahre | uhr | kinder | hunde",
    "IMAGES": "bild | bilder | bildern | aufnahme | aufnahmen",
    "PER": "pro | je | jedes | in der | ein | eine",
    "STEPS": "schritt | schritte | schritten | schrittzahl | schrittanzahl | zahl der schritte"
    " | anzahl der schritte | anzahl schritte | inferenzschritte | entrauschungsschritte | inferenzschritten",
    "SCHED": "planer | abtaster",
    "METHOD=compile": "kompilieren | kompilierung | kompiliere",
    "METHOD=tome": "token zusammenfassen | token verschmelzen | tokens zusammenfassen | tokens verschmelzen",
    "METHOD=deepcache": "zwischenspeichern | caching",
    "METHOD=sampler": "schnellerer scheduler | schnelleren scheduler | anderer scheduler | anderen scheduler"
    " | schnelleren sampler | anderen sampler",
    "PARAM=interval": "intervall",
    "PARAM=ratio": "verhaltnis | anteil",
    "DTYPE=float16": "halber genauigkeit | halbe genauigkeit | 16 bit | halber prazision | halbe prazision",
    "DTYPE=float32": "volle genauigkeit | voller genauigkeit | einfache genauigkeit",
    "NOT": "nicht | kein | keine | keinen | ohne | niemals | vermeide | vermeiden | verzichte auf | lass weg"
    " | bloss kein | keinerlei | verboten | verbiete | nie",
    "AFTERNOT": "ist verboten | sind verboten | verboten | weglassen | ist tabu | sind tabu | tabu"
    " | nicht verwenden | nicht benutzen | nicht nutzen | nicht einsetzen | scheidet aus | kommt nicht in frage"
    " | ausgeschlossen",
    "ALLBUT": "alles ausser | alles bis auf | ausser | alle ausser | alles andere als",
    "ONLY": "nur | ausschliesslich | lediglich | sonst nichts | und sonst nichts | beschranke dich auf",
    "ALLOW": "erlaubt | erlaubt sind | darfst | du darfst | erlaubte methoden | zulassig | kannst verwenden",
    "FINE": "ist ok | ist in ordnung | sind ok | ist okay | gerne auch | falls notig",
    "USE": "verwende | verwenden | benutze | benutzen | nutze | nutzen | mit | wende an | setze ein"
    " | aktiviere | schalte ein | fuge hinzu | per | einsetzen | verwendet | anwenden",
    "SWITCH": "wechsle zu | wechsle auf | stelle um auf | ersetze | umstellen auf | tausche",
    "KEEP": "behalte | behalten | gleich | bleiben | bleibt | unverandert | lass | lasse | beibehalten"
    " | in ruhe | derselbe | dieselbe | dieselben | gleiche | gleichen | gleicher | so lassen | belasse"
    " | belassen | unangetastet | wie es ist | konstant",
    "CHANGE": "anfassen | andern | andere | verandern | veranderst | anruhren | antasten | anpassen | andert"
    " | verandere | fass | fasse | ruhre | taste",
    "WANT": "will | brauche | mochte | soll | sollte | muss | mussen | ziel | bitte | hatte gern | benotige"
    " | wunsche | sollen | erreichen | schaffen | zielwert",
    "BETTER": "idealerweise | besser | am besten | lieber",
    "NOW": "derzeit | jetzt | aktuell | momentan | im moment | zurzeit | gerade | bisher | heute | vorher | zur zeit",
    "TAKES": "dauert | braucht | liegt bei | benotigt",
    "TAKE": "dauern | brauchen | laufen",
    "MAX": "hochstens | maximal | maximaler | unter | weniger als | nicht mehr als | bis zu | hochstens noch"
    " | innerhalb | nicht langer als | binnen | unterhalb | obergrenze | maximum | kurzer als | grenze | max"
    " | nicht uber | mehr als | hochstenfalls | schneller als",
    "MIN": "mindestens | wenigstens | minimal | nicht weniger als | nicht unter | mind",
    "BETWEEN": "zwischen",
    "QUALITY": "qualitat | bildqualitat | gute | score | wert",
    "LOSS": "verlust | qualitatsverlust | verluste | verschlechtern | schlechter | einbusse | einbussen"
    " | verlieren | abfall | qualitatseinbusse | qualitatseinbussen | qualitatsabfall | clip verlust | abnahme"
    " | abnehmen | verschlechterung",
    "LOSSLESS": "verlustfrei | verlustlos | ohne qualitatsverlust | ohne jeden qualitatsverlust"
    " | kein qualitatsverlust | identische bilder | dieselben bilder | exakt gleiche bilder"
    " | bilder durfen sich nicht andern | exakt dieselben bilder | bilder mussen identisch | ohne verlust"
    " | bitgenau | keinen qualitatsverlust | bilder sollen identisch | bilder mussen gleich bleiben"
    " | ohne qualitatseinbussen | gleiche bilder | verlustfreie | verlustfreien",
    "SOFTKEEP": "sichtbar | sichtbaren | sichtbare | merklich | merklichen | grossen | spurbar | nennenswerten",
    "NOCARE": "qualitat ist egal | qualitat ist mir egal | egal wie die bilder | qualitat egal",
    "WRITE": "schreib | schreibe | erzeuge | erstelle | generiere | programmiere | gib mir | baue | schreibst"
    " | erstell | schreiben | erstellen | brauche ein | mach mir",
    "SCRIPT": "skript | programm | quelltext | python skript | pythonskript",
    "MINE": "mein | meine | meinen | meinem | dieses | diese | unser | unsere | das skript | das script",
    "PROFILE": "warum dauert | wieso dauert | warum ist das so langsam | so lange | messen | messe | miss"
    " | wo geht die zeit | wo bleibt die zeit | wie lange dauert | wie lange braucht | wie schnell ist | engpass"
    " | profil | profile | wohin geht die zeit | was dauert so lange | wie viel speicher | wie viel zeit"
    " | zeit hin | flaschenhals | vermiss | was ist so langsam | warum ist | wieviel speicher | wieviel zeit"
    " | wie langsam",
    "MEMORY": "speicher | grafikspeicher | videospeicher | arbeitsspeicher | speicherbedarf | speicherverbrauch",
    "FIT": "passen | passt | reinpassen | hineinpassen | unterbringen",
    "OOM": "speicher reicht nicht | speicher ist voll | zu wenig speicher | kein speicher mehr",
    "SQUARE": "auflosung | bildgrosse | aufgelost | grosse",
    "OFF": "aus | abgeschaltet | ausgeschaltet | abschalten",
    "AFTER": "nach | ab | ab schritt",
    "LAST": "letzten | letzte",
    "FIRST": "ersten | erste",
    "EVERY": "alle | jeden | jede",
    "AND": "und | sowie",
    "OR": "oder",
    "BUT": "aber | jedoch | allerdings | doch",
    "GREETING": "hallo | guten tag | danke | moin | servus | guten morgen",
    "ASK": "was | wer | warum | wieso | wie | wo | wann | welche | welcher | erklare | wohin",
    "TRAIN": "trainiere | trainieren | feinabstimmung",
    "HOSTILE": "schadsoftware | passwort | passworter | hacke | hacken | trojaner | losche alle"
    " | zugangsdaten | bombe | losche meine | alle dateien loschen | drogen | waffe",
    "INJECTION": "ignoriere alle | ignoriere deine | vergiss deine | vergiss alle | ignoriere die anweisungen"
    " | ignoriere bisherige | ignoriere vorherige | missachte",
    "FOREIGN": "rezept | kochrezept | suppe | kochen | backen | kuchen | wetter | gedicht | aufsatz"
    " | ubersetze | ubersetzung | witz | geschichte | fussball | hausaufgaben | webseite | datenbank | hauptstadt"
    " | bundeskanzler | lied | auto | mittagessen | abendessen | brief | aktien",
    "SETTLE": "reicht mir | wurde reichen | zur not",
    "DIVIDE": "teile | teilen | dividiere",
}
