"""English."""

WORDS: dict[str, str] = {
    "FASTER": "sooner | faster | quicker | speedier | swifter | snappier | more quickly | fast again",
    "FAST": "fast | quick | quickly | speedy | rapid | rapidly | snappy",
    "SLOW": "slow | too slow | sluggish | slow as | takes too long | takes forever | takes ages | far too slow",
    "SLOWER": "exactly as fast as before | just as fast as before | no faster than before | slower"
    " | slow down | slow it down | decelerate | more slowly | half speed",
    "SPEED": "speed | throughput | performance | pace | rate",
    "SPEEDUP": "quicken | hasten | performance boost | speed improvement | improve performance"
    " | improve the speed | lag | rev up | streamline | speed up | speedup | speeds up | speeding up | accelerate"
    " | accelerated | accelerating | acceleration | speed it up | speed this up | speed things up | speed that up"
    " | speed them up | go faster | sped up | speed boost | optimize for speed | optimise for speed | turbocharge"
    " | expedite | hurry up | lightning fast",
    "OPTIMIZE": "optimize | optimise | optimization | optimisation | tune",
    "TIME": "time | latency | runtime | run time | duration | render time | inference time | generation time"
    " | wall clock | wall time | rendering time | latencies | processing time | execution time | compute time"
    " | wait | waiting time | time per image",
    "LESS": "less | shorter | lower | smaller | fewer | off | saved | saving | savings | time saving | time savings",
    "MORE": "moar | more | higher | greater | increase | gain | boost | improvement | extra | uplift",
    "REDUCE": "reduce | reduced | reducing | cut | cuts | cutting | lower the | shave | shave off | save"
    " | decrease | shrink | trim | reduction | slash | bring down | bring | drop the | knock | knock off"
    " | shorten | cut down | take off | lowering | lowered | shaving | reduces | chop | come down | go down"
    " | down",
    "INCREASE": "increase | raise | boost | improve | improving | bump | raise the",
    "HALVE": "halve | halved | halving | cut in half | cut in two | halves",
    "NTIMES=2": "twice | double | doubled | doubling | two times | twofold | two fold | doubles",
    "NTIMES=3": "triple | tripled | thrice | threefold | three fold | treble",
    "NTIMES=4": "quadruple | quadrupled | fourfold | four fold",
    "NTIMES=5": "quintuple | fivefold",
    "NTIMES=10": "tenfold | order of magnitude",
    "SHARE=0.5": "half | one half | a half",
    "SHARE=0.3333333333": "a third | one third | third",
    "SHARE=0.6666666667": "two thirds | two third",
    "SHARE=0.25": "a quarter | one quarter | quarter | a fourth | one fourth",
    "SHARE=0.75": "three quarters | three quarter",
    "SHARE=0.2": "a fifth | one fifth",
    "SHARE=0.1": "a tenth | one tenth",
    "FRACTION=0.3333333333": "thirds",
    "FRACTION=0.25": "quarters | fourths",
    "FRACTION=0.2": "fifths",
    "FRACTION=0.1666666667": "sixths",
    "FRACTION=0.125": "eighths",
    "FRACTION=0.1": "tenths",
    "HALFPLUS": "and a half",
    "TIMES": "times | time as",
    "FACTOROF": "factor of | a factor of | factor | by a factor of | speedup factor",
    "OF": "out of | of | of the",
    "TO": "to | down to | into | onto | up to about",
    "FROM": "rather than | instead of | as opposed to | from",
    "BY": "by",
    "UNIT=1": "second | seconds",
    "UNIT=0.001": "millisecond | milliseconds",
    "UNIT=60": "minute | minutes",
    "UNIT=3600": "hour | hours",
    "DAY": "day | days | week | weeks | month | months | year | years | o'clock | am | pm | kids | dogs | cats",
    "IMAGES": "output | outputs | result | results | image | images | picture | pictures | pic | pics | img"
    " | imgs | photo | photos | sample | samples | render | renders | thumbnail | thumbnails | frame | frames"
    " | artwork | drawings | drawing | request",
    "PER": "per | each | every | / | an | a | apiece",
    "STEPS": "steps | step | inference steps | denoising steps | sampling steps | number of steps"
    " | step count | number of inference steps | diffusion steps | iterations | steps count"
    " | number of denoising steps | timesteps",
    "SCHED": "scheduler | sampler | solver | noise scheduler | schedulers | samplers",
    "METHOD=sampler": "scheduler swaps | scheduler changes | sampler changes | faster scheduler"
    " | faster sampler | better scheduler | better sampler | different scheduler | different sampler"
    " | another scheduler | another sampler | other samplers | other schedulers | fast scheduler | fast sampler"
    " | scheduler swap | sampler and steps | swap the scheduler | scheduler change | fewer step sampler"
    " | quicker scheduler | quicker sampler | efficient scheduler | efficient sampler | new scheduler"
    " | change of scheduler",
    "METHOD=compile": "compile | compilation | compiling | compiled | graph compilation",
    "METHOD=deepcache": "caching | feature caching | deep feature caching | feature cache | cache | deep features",
    "METHOD=tome": "tokens merged | tokens are merged | merge tokens | merging tokens | merge similar tokens"
    " | merged tokens",
    "METHOD=precision": "lower precision | reduced precision | precision | half precision weights | low precision",
    "METHOD=fused_qkv": "fuse projections | fused attention projections | qkv projections",
    "DTYPE=float16": "half precision | half-precision | 16 bit | 16 bits | sixteen bit",
    "DTYPE=float32": "full precision | single precision | 32 bit | full float precision",
    "MERGEVERB": "merge | merges | merging",
    "TOKENS": "tokens | token",
    "SCOPE=regional": "regional | regionally | regional compilation | repeated blocks | block by block",
    "SCOPE=whole": "whole | entire | full graph | whole unet | entire unet",
    "NOT": "not | no | don't | dont | do not | doesn't | does not | without | never | avoid | avoiding | skip"
    " | leave out | exclude | excluding | forbidden | forbid | ban | banned | stay away from | mustn't | must not"
    " | may not | cannot | can't | shouldn't | should not | keep away from | hands off | not allowed"
    " | refrain from | minus | drop out | rule out | ruled out | disallow | disallowed | nor | neither | w/o"
    " | won't | off limits | isn't allowed | aren't allowed | off the table | spare me | not want"
    " | steer clear of | are forbidden | is forbidden | do without | prohibited | taboo | omit | leave aside"
    " | disable | disabled",
    "AFTERNOT": "skip it | skip that | drop it | avoid it | don't use it | do not use it | without it"
    " | not use it | leave this out | skip them | avoid them | don't use them | without them | keep it out"
    " | keep them out | leave it out | leave that out | leave them out | off limits | off the table | not allowed"
    " | is forbidden | are forbidden | forbidden | is out | are out | is not an option | are not an option"
    " | banned | prohibited | must not be used | may not be used | cannot be used | can't be used"
    " | should not be used | is taboo | a no go | ruled out | is excluded | are excluded | excluded | not be used"
    " | no thanks | is a no go | are a no go",
    "ALLBUT": "anything but | everything but | all but | except | except for | anything except"
    " | everything except | any method except | other than | apart from | any but | all except"
    " | anything other than | with the exception of",
    "ONLY": "only | nothing but | solely | exclusively | nothing else | stick to | restrict yourself to"
    " | limited to | limit yourself to | nothing except | restricted to | no other method | no other methods"
    " | and that's it | confine yourself to | choose from | pick from | choose among | pick among | one of",
    "ALLOW": "choosing from | choosing among | picking from | selected from | select from | selecting from"
    " | drawn from | chosen from | out of the following | among | this list | the list | the following methods"
    " | following methods | options | whichever of | whatever of | any from | any or all of | any of"
    " | one or more of | some of | any combination of | any mix of | may use | can use | could use | allowed"
    " | allowed methods | feel free to use | permitted | free to use | ok to use | may be used | can be used"
    " | are allowed | methods allowed | you are allowed to use | may combine | are available | available"
    " | available methods | permitted methods | at your disposal | on the table | can combine | can pick"
    " | may pick | may choose | can choose | toolbox | menu | open to | methods | techniques",
    "FINE": "is fine | are fine | is ok | are ok | is okay | is acceptable | ok with | would be fine"
    " | is alright | fine by me | don't mind | do not mind | if needed | if it helps | if necessary | if you like"
    " | optionally",
    "USE": "use | uses | using | apply | add | enable | with | turn on | switch on | insert | employ | via"
    " | try | put | activate | integrate | include | including | combine | combining | plus | together with | w/"
    " | convert | patch | make use of | incorporate | rely on | based on | on top of | must use | through"
    " | adding | enabling | applying",
    "SWITCH": "set | sets | setting | switch to | change to | switch the | swap in | move to | replace"
    " | go down to | switch | swap | swap to | go to | reduce to | lower to | drop to | down to | cut to"
    " | go with | go for | reduced to",
    "KEEP": "off limits | not be changed | not be touched | non-negotiable | do not move | sacred | stay put"
    " | non negotiable | not negotiable | set in stone | a given | keep | same | unchanged | stay | stays | leave"
    " | preserve | remain | remains | fixed | as they are | as it is | alone | the same | untouched | retain"
    " | hold | leave alone | constant | maintain | must stay | has to stay | have to stay | as is | kept"
    " | keeping | identical | stick with | intact | frozen | pinned | lock | locked | as they were | in place"
    " | leaving",
    "CHANGE": "change | changes | touch | alter | changing | touching | modify | modifying | mess with"
    " | altering | fiddle with | tamper with | tweak | adjust | changed | touched",
    "WANT": "want | need | should | must | has to | have to | would like | i'd like | target | goal"
    " | needs to | aim | aim for | needs | wants | require | required | get | get it | ideally | please | make it"
    " | i'd love | looking for | get me | aiming for | hit | reach | achieve | goal is | requirement | shoot for"
    " | ought to | be | finish",
    "BETTER": "ideally | better | preferably | even better | best case | hopefully | if possible",
    "NOW": "currently | now | right now | at the moment | today | at present | presently | so far | as of now"
    " | currently it | current | before | as it stands | originally | was | were | used to | yesterday"
    " | these days | baseline",
    "TAKES": "we're at | we are at | i'm at | i am at | stuck at | it's at | makes | produces | finishes in"
    " | runs in | waiting | hate waiting | wait for | takes | took | taking | we do | is at | runs at"
    " | running at | i get | we get | i'm getting | i am getting | averages | clocks in at | needs about"
    " | sits at | measured | it does | i see",
    "TAKE": "take | last | cost | spend | run",
    "MAX": "at most | no more than | not more than | under | below | less than | within | max | maximum"
    " | up to | maximal | or less | or better | or faster | or lower | no longer than | not longer than"
    " | at the most | at max | maximally | shorter than | faster than | no slower than | not exceed"
    " | not to exceed | upper bound | cap | capped at | limit | lower than | smaller than | bound | tops"
    " | ceiling | not exceeding | sub | in under | in less than | more than | beyond | above",
    "MIN": "at least | minimum | no less than | not less than | or more | minimally | lower bound"
    " | upwards of | no fewer than | a minimum of | not below | not under",
    "BETWEEN": "between",
    "QUALITY": "quality | fidelity | image quality | picture quality | clip score | score | scores",
    "LOSS": "loss | losses | drop | drops | lose | losing | worse | degrade | degradation | deterioration"
    " | penalty | hit | decline | quality drop | quality loss | decrease | reduction in quality | sacrifice"
    " | deviation | clip drop | drop in quality | lost | degrading | suffer | worsen | deteriorate | give up"
    " | dip | tolerance",
    "LOSSLESS": "exactly as before | exactly like before | look exactly the same | same as before"
    " | look the same | nothing that changes the images | nothing that changes the pictures | no approximations"
    " | lossless | losslessly | bit for bit | bit identical | bitwise identical | pixel identical"
    " | images must be identical | pictures must be identical | identical images | identical pictures"
    " | identical output | exactly the same images | exactly the same pictures | same images | same pictures"
    " | no quality loss at all | no loss of quality | without any quality loss | without any loss"
    " | without loss of quality | zero quality loss | zero loss | no quality loss | pixel perfect"
    " | pixel for pixel | without losing quality | no loss in quality | without any loss of quality | same output"
    " | identical results | exact same images | exact same pictures | without quality loss"
    " | no change in the images | anything that changes the images | images unchanged"
    " | anything that changes the pictures | anything that alters the images | anything lossy | nothing lossy"
    " | no lossy methods | not change the images | not change the pictures | images must not change"
    " | pictures must not change | the output must not change | identical to the original | bit exact"
    " | mathematically equivalent | not lose any quality | without sacrificing any quality",
    "SOFTKEEP": "visible | noticeable | noticeably | visibly | perceptible | much | significant | too much | obvious",
    "NOCARE": "don't care about quality | do not care about quality | quality doesn't matter"
    " | quality does not matter | quality is not important | regardless of quality | quality is irrelevant"
    " | never mind the quality | don't care about the quality",
    "WRITE": "write | generate | create | build | produce | draft | compose | give me | code up | make me"
    " | show me | need a | want a | i'd like a | set up | provide | writing | implement | prepare | put together"
    " | script up | craft | hand me | i need an | need an | want an | develop | generate code | whip up",
    "SCRIPT": "script | code | program | snippet | python file | python script | python code | python program"
    " | diffusers script | diffusers code | example script | diffusers program",
    "PIPELINE": "pipeline | pipelines | diffusers pipeline | diffusers",
    "MINE": "my | this | our | existing | the attached | attached | the given | given | the following"
    " | below script | the script | the pipeline | the code | these | its | rewrite | modify | it",
    "PROFILE": "how many seconds | how many milliseconds | how many ms | why is this | why is it"
    " | why is that | why does it take | why does this take | which stage | which component | dominates"
    " | most of the time is | takes the longest | so long | what makes | what is making | what slows | time this"
    " | time my | what is the latency | what's the latency | what latency | profile | profiling | benchmark"
    " | measure | measuring | bottleneck | bottlenecks | where does the time go | how long does | how long do"
    " | how long | how fast is | how fast does | which part | where is the time | spend its time"
    " | spends its time | time is spent | how slow is | how much memory does | how much memory | how much vram"
    " | hot spots | hotspots | breakdown | how much time | what takes so long | what takes the most time"
    " | time go | where the time goes | timings | what is slow | what's slow | what makes it slow | time goes"
    " | why is it slow | why is it so slow | why is my | stage by stage | analyze performance"
    " | analyse performance",
    "NOPROFILE": "profile picture | benchmark task",
    "MEMORY": "memory | gpu memory | video memory | graphics memory | memory footprint | memory usage"
    " | peak memory | vram usage | memory use",
    "FIT": "squeezed in | squeezed | squeezes into | fit | fits | fit in | fit into | fitting | squeeze"
    " | squeezed into",
    "OOM": "runs out of memory | run out of memory | running out of memory | ran out of memory | memory error",
    "SQUARE": "square | squared | resolution | size | image size | res",
    "OFF": "off | switched off | disabled | dropped | turned off | ends | stop | stops | removed | cut off",
    "AFTER": "after | after step | from step | once",
    "LAST": "last | final | remaining",
    "FIRST": "first | initial",
    "EVERY": "every | each",
    "AND": "and | as well as",
    "OR": "or",
    "BUT": "but | however | though | although | yet",
    "THEN": "then | so that | so",
    "GREETING": "hello | hi | hey | thanks | thank you | good morning | hi there | test | bye",
    "ASK": "what | who | when | why | how | which | where | whose | can you tell | tell me | explain | what's | who's",
    "BETTERQUALITY": "better quality | nicer pictures | sharper | prettier",
    "TRAIN": "fine tune | finetune | fine tuning | train | training | train a lora | dreambooth",
    "HOSTILE": "explosive | explosives | spy on | stalk | launder | counterfeit | fake passport | pirated"
    " | steal from | break into | blackmail | suicide | self harm | social security | bank account"
    " | sql injection | ssh keys | ssh key | private key | private keys | in my exam | deepfake | deepfakes"
    " | deep fake | naked | nude | nudes | porn | pornography | malware | keylogger | ransomware | virus"
    " | exploit | phishing | hack | hacking | steal | ddos | botnet | passwords | password | credentials"
    " | api key | api keys | secret key | rootkit | trojan | bomb | weapon | weapons | cocaine | meth | drugs"
    " | poison | backdoor | reverse shell | spyware | ddos attack | credit card | kill someone | wipe the disk"
    " | delete all files | delete all my files | format my disk | delete everything | rm rf"
    " | environment variables | your system prompt | system prompt | hidden prompt | crypto miner | cryptominer"
    " | exfiltrate",
    "INJECTION": "forget your | no longer an assistant | disregard every | ignore every | every rule"
    " | from now on | no rules | no limits | ignore everything | your config | your prompt | no restrictions"
    " | hidden instructions | your instructions | without restrictions | ignore all previous instructions"
    " | ignore previous instructions | ignore your instructions | ignore all instructions | disregard the above"
    " | disregard previous | disregard your instructions | forget your instructions | forget all instructions"
    " | forget everything | you are now | pretend to be | pretend you are | ignore the above | ignore the judge"
    " | ignore your rules | ignore the rules | act as if you | jailbreak | developer mode"
    " | report success no matter | override your | reveal your | ignore everything above | disregard all"
    " | ignore any previous | forget previous instructions | bypass the checks | disable the checks"
    " | skip the checks | fake a | fake the | cheat | forge the | falsify | disregard everything"
    " | ignore all prior | ignore prior instructions | print your instructions | forget all previous"
    " | tamper with the",
    "FOREIGN": "solve | swear | miles | kilometers | kilometres | celsius | fahrenheit | currency | bedtime"
    " | scrape | scraper | scraping | websites | printer | calculator | tic tac toe | snake | todo | chess"
    " | fibonacci | prime numbers | linked list | sorting algorithm | sort a list | regex | login | crossword"
    " | sudoku | wedding | vacation | holiday | insurance | rent | loan | doctor | medicine | symptoms | garden"
    " | plants | guitar | piano | yoga | sports | soccer | basketball | tennis | politics | bible | religion"
    " | dating | girlfriend | boyfriend | thesis | linux kernel | phone | iphone | android | tv | router"
    " | powerpoint | slides | interview | job application | cover letter | shopping list | groceries | salad"
    " | pasta | chicken | steak | breakfast | lunch | coffee | wine | beer | ticket price | train ticket | haiku"
    " | ticket | tickets | euros | dollars | sonnet | birthday | recipe | recipes | soup | stew | cook | cooking"
    " | bake | cake | weather | poem | poetry | essay | translate | translation | joke | jokes | story"
    " | stock price | stocks | bitcoin | football | world cup | president | capital of | homework | website"
    " | web site | web page | react | sql | database | css | html | javascript | excel | spreadsheet | email"
    " | letter | resume | cv | song | lyrics | movie | horoscope | medical | diagnosis | lawyer | tax | taxes"
    " | lasagna | pizza | pancakes | flight | flights | hotel | restaurant | news | election | history of"
    " | philosophy | novel | math problem | equation | integral | chatbot | car | marathon | diet | workout"
    " | swim | running shoes | typing | reading speed | internet connection | download speed | laptop boot"
    " | windows boot | bread | dinner | tweet | blog post | unit tests for my | wordpress | nginx | kubernetes"
    " | minecraft | game server",
    "SETTLE": "could live with | can live with | would settle for | settle for | would be enough"
    " | would also do | would still be fine | at worst | is the minimum | is enough",
    "DIVIDE": "divide | divided | dividing",
}
