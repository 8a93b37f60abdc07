"""The TeX commands that MathJax 3, MathJax 4 and Sphinx's LaTeX know, by kind.

Written by ``benchmarks/tex_commands.py``, which says what is in the table; do not edit.
"""

from __future__ import annotations

_NAMES = {
    "d": """
    Big Bigg Biggl Biggm Biggr Bigl Bigm Bigr big bigg biggl biggm biggr bigl bigm bigr
    """,
    "infix": """
    atop brace brack choose over
    """,
    "limits": """
    limits nolimits
    """,
    "m": """
    Bbb acute bar bcancel boldsymbol boxed breve cancel check ddddot dddot ddot dot frak grave
    hat hphantom mathbb mathbf mathbin mathcal mathclose mathfrak mathinner mathit mathnormal
    mathop mathopen mathord mathpunct mathrel mathring mathrm mathscr mathsf mathtt mod not
    operatorname overbrace overleftarrow overleftrightarrow overline overrightarrow phantom pmb
    pmod pod smash tilde underbrace underleftarrow underleftrightarrow underline
    underrightarrow vec vphantom widehat widetilde xcancel
    """,
    "mm": """
    binom cancelto cfrac dbinom dfrac frac overset stackrel tbinom tfrac underset
    """,
    "mmm": """
    overunderset
    """,
    "om": """
    sqrt xleftarrow xrightarrow
    """,
    "operator": """
    Pr arccos arcsin arctan arg bigcap bigcup bigodot bigoplus bigotimes bigsqcup biguplus
    bigvee bigwedge coprod cos cosh cot coth csc deg det dim exp gcd hom idotsint iiiint iiint
    iint inf injlim int intop ker lg lim liminf limsup ln log max min oint prod projlim sec sin
    sinh sum sup tan tanh
    """,
    "rows": """
    substack
    """,
    "switch": """
    bf cal displaystyle it mit rm scriptscriptstyle scriptstyle sf textstyle tt
    """,
    "symbol": """
    Arrowvert Bbbk Box Bumpeq Cap Cup Delta Diamond Doteq Downarrow Finv Game Gamma Im Join
    Lambda Leftarrow Leftrightarrow Lleftarrow Longleftarrow Longleftrightarrow Longrightarrow
    Lsh Omega Phi Pi Psi Re Rightarrow Rrightarrow Rsh S Sigma Subset Supset Theta Uparrow
    Updownarrow Upsilon Vdash Vert Vvdash Xi aleph alpha amalg angle approx approxeq arrowvert
    ast asymp backepsilon backprime backsim backsimeq backslash barwedge because beta beth
    between bigcirc bigstar bigtriangledown bigtriangleup blacklozenge blacksquare
    blacktriangle blacktriangledown blacktriangleleft blacktriangleright bmod bot bowtie boxdot
    boxminus boxplus boxtimes bracevert bullet bumpeq cap cdot cdotp cdots centerdot checkmark
    chi circ circeq circlearrowleft circlearrowright circledR circledS circledast circledcirc
    circleddash clubsuit colon complement cong cup curlyeqprec curlyeqsucc curlyvee curlywedge
    curvearrowleft curvearrowright dagger daleth dashleftarrow dashrightarrow dashv ddagger
    ddots delta diagdown diagup diamond diamondsuit digamma div divideontimes doteq doteqdot
    dotplus dots dotsb dotsc dotsi dotsm dotso doublebarwedge doublecap doublecup downarrow
    downdownarrows downharpoonleft downharpoonright ell emptyset enspace epsilon eqcirc eqsim
    eqslantgtr eqslantless equiv eta eth exists fallingdotseq flat forall frown gamma ge geq
    geqq geqslant gets gg ggg gggtr gimel gnapprox gneq gneqq gnsim gtrapprox gtrdot gtreqless
    gtreqqless gtrless gtrsim gvertneqq hbar heartsuit hookleftarrow hookrightarrow hslash iff
    imath impliedby implies in infty intercal iota jmath kappa lVert lambda land langle lbrace
    lbrack lceil ldotp ldots le leadsto leftarrow leftarrowtail leftharpoondown leftharpoonup
    leftleftarrows leftrightarrow leftrightarrows leftrightharpoons leftrightsquigarrow
    leftthreetimes leq leqq leqslant lessapprox lessdot lesseqgtr lesseqqgtr lessgtr lesssim
    lfloor lgroup lhd ll llcorner lll llless lmoustache lnapprox lneq lneqq lnot lnsim
    longleftarrow longleftrightarrow longmapsto longrightarrow looparrowleft looparrowright lor
    lozenge lrcorner ltimes lvert lvertneqq maltese mapsto mathstrut measuredangle mho mid
    models mp mu multimap nLeftarrow nLeftrightarrow nRightarrow nVDash nVdash nabla natural
    ncong ne nearrow neg negmedspace negthickspace negthinspace neq nexists ngeq ngeqq
    ngeqslant ngtr ni nleftarrow nleftrightarrow nleq nleqq nleqslant nless nmid notin
    nparallel nprec npreceq nrightarrow nshortmid nshortparallel nsim nsubseteq nsubseteqq
    nsucc nsucceq nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright
    ntrianglerighteq nu nvDash nvdash nwarrow odot omega ominus oplus oslash otimes owns
    parallel partial perp phi pi pitchfork pm prec precapprox preccurlyeq preceq precnapprox
    precneqq precnsim precsim prime propto psi qquad quad rVert rangle rbrace rbrack rceil
    restriction rfloor rgroup rhd rho rightarrow rightarrowtail rightharpoondown rightharpoonup
    rightleftarrows rightleftharpoons rightrightarrows rightsquigarrow rightthreetimes
    risingdotseq rmoustache rtimes rvert searrow setminus sharp shortmid shortparallel sigma
    sim simeq smallfrown smallint smallsetminus smallsmile smile space spadesuit sphericalangle
    sqcap sqcup sqsubset sqsubseteq sqsupset sqsupseteq square star subset subseteq subseteqq
    subsetneq subsetneqq succ succapprox succcurlyeq succeq succnapprox succneqq succnsim
    succsim supset supseteq supseteqq supsetneq supsetneqq surd swarrow tau therefore theta
    thickapprox thicksim thinspace times to top triangle triangledown triangleleft
    trianglelefteq triangleq triangleright trianglerighteq twoheadleftarrow twoheadrightarrow
    ulcorner unlhd unrhd uparrow updownarrow upharpoonleft upharpoonright uplus upsilon
    upuparrows urcorner vDash varDelta varGamma varLambda varOmega varPhi varPi varPsi varSigma
    varTheta varUpsilon varXi varepsilon varinjlim varkappa varliminf varlimsup varnothing
    varphi varpi varprojlim varpropto varrho varsigma varsubsetneq varsubsetneqq varsupsetneq
    varsupsetneqq vartheta vartriangle vartriangleleft vartriangleright vdash vdots vee veebar
    vert wedge wp wr xi yen zeta
    """,
    "t": """
    fbox mbox text textbf textit textnormal textrm textsf texttt textup
    """,
}
COMMANDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""The kind of each command; :mod:`.reader` says what follows a command of a kind."""
DELIMITERS = frozenset(
    """
    Arrowvert Downarrow Uparrow Updownarrow Vert arrowvert backslash bracevert downarrow lVert
    langle lbrace lbrack lceil lfloor lgroup llcorner lmoustache lrcorner lvert rVert rangle
    rbrace rbrack rceil rfloor rgroup rmoustache rvert ulcorner uparrow updownarrow urcorner
    vert
    """.split()
)
"""The commands that may follow ``\\left``."""
SIGNS = {
    pair[0]: pair[1:]
    for pair in """
    ¥yen §S ¬neg ®circledR ±pm ×times ðeth ÷div ıimath ȷjmath ΓGamma ΔDelta ΘTheta ΛLambda ΞXi
    ΠPi ΣSigma ΥUpsilon ΦPhi ΨPsi ΩOmega αalpha βbeta γgamma δdelta εvarepsilon ζzeta ηeta
    θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho ςvarsigma σsigma τtau υupsilon φvarphi
    χchi ψpsi ωomega ϑvartheta ϕphi ϖvarpi ϝdigamma ϰvarkappa ϱvarrho ϵepsilon ‖Arrowvert
    †dagger ‡ddagger …ldots ′prime ‵backprime ℏhbar ℑIm ℓell ℘wp ℜRe ℧mho ℲFinv ℵaleph ℶbeth
    ℷgimel ℸdaleth ⅁Game ←leftarrow ↑uparrow →rightarrow ↓downarrow ↔leftrightarrow
    ↕updownarrow ↖nwarrow ↗nearrow ↘searrow ↙swarrow ↚nleftarrow ↛nrightarrow ↞twoheadleftarrow
    ↠twoheadrightarrow ↢leftarrowtail ↣rightarrowtail ↦mapsto ↩hookleftarrow ↪hookrightarrow
    ↫looparrowleft ↬looparrowright ↭leftrightsquigarrow ↮nleftrightarrow ↰Lsh ↱Rsh
    ↶curvearrowleft ↷curvearrowright ↺circlearrowleft ↻circlearrowright ↼leftharpoonup
    ↽leftharpoondown ↾upharpoonright ↿upharpoonleft ⇀rightharpoonup ⇁rightharpoondown
    ⇂downharpoonright ⇃downharpoonleft ⇄rightleftarrows ⇆leftrightarrows ⇇leftleftarrows
    ⇈upuparrows ⇉rightrightarrows ⇊downdownarrows ⇋leftrightharpoons ⇌rightleftharpoons
    ⇍nLeftarrow ⇎nLeftrightarrow ⇏nRightarrow ⇐Leftarrow ⇑Uparrow ⇒Rightarrow ⇓Downarrow
    ⇔Leftrightarrow ⇕Updownarrow ⇚Lleftarrow ⇛Rrightarrow ⇝rightsquigarrow ⇠dashleftarrow
    ⇢dashrightarrow ∀forall ∁complement ∂partial ∃exists ∄nexists ∅emptyset ∇nabla ∈in ∉notin
    ∋ni ∍backepsilon ∏prod ∐coprod ∑sum ∓mp ∔dotplus ∖setminus ∗ast ∘circ ∙bullet √surd ∝propto
    ∞infty ∠angle ∡measuredangle ∢sphericalangle ∣mid ∤nshortmid ∥parallel ∦nshortparallel
    ∧wedge ∨vee ∩cap ∪cup ∫int ∬iint ∭iiint ∮oint ∴therefore ∵because ∼sim ∽backsim ≀wr ≁nsim
    ≂eqsim ≃simeq ≅cong ≇ncong ≈approx ≊approxeq ≍asymp ≎Bumpeq ≏bumpeq ≐doteq ≑doteqdot
    ≒fallingdotseq ≓risingdotseq ≖eqcirc ≗circeq ≜triangleq ≠ne ≡equiv ≤leq ≥geq ≦leqq ≧geqq
    ≨lneqq ≩gneqq ≪ll ≫gg ≬between ≮nless ≯ngtr ≰nleq ≱ngeq ≲lesssim ≳gtrsim ≶lessgtr ≷gtrless
    ≺prec ≻succ ≼preccurlyeq ≽succcurlyeq ≾precsim ≿succsim ⊀nprec ⊁nsucc ⊂subset ⊃supset
    ⊆subseteq ⊇supseteq ⊈nsubseteq ⊉nsupseteq ⊊subsetneq ⊋supsetneq ⊎uplus ⊏sqsubset ⊐sqsupset
    ⊑sqsubseteq ⊒sqsupseteq ⊓sqcap ⊔sqcup ⊕oplus ⊖ominus ⊗otimes ⊘oslash ⊙odot ⊚circledcirc
    ⊛circledast ⊝circleddash ⊞boxplus ⊟boxminus ⊠boxtimes ⊡boxdot ⊢vdash ⊣dashv ⊤top ⊥bot
    ⊧models ⊨vDash ⊩Vdash ⊪Vvdash ⊬nvdash ⊭nvDash ⊮nVdash ⊯nVDash ⊲vartriangleleft
    ⊳vartriangleright ⊴trianglelefteq ⊵trianglerighteq ⊸multimap ⊺intercal ⊻veebar ⊼barwedge
    ⋀bigwedge ⋁bigvee ⋂bigcap ⋃bigcup ⋄diamond ⋅cdot ⋆star ⋇divideontimes ⋈bowtie ⋉ltimes
    ⋊rtimes ⋋leftthreetimes ⋌rightthreetimes ⋍backsimeq ⋎curlyvee ⋏curlywedge ⋐Subset ⋑Supset
    ⋒Cap ⋓Cup ⋔pitchfork ⋖lessdot ⋗gtrdot ⋘lll ⋙ggg ⋚lesseqgtr ⋛gtreqless ⋞curlyeqprec
    ⋟curlyeqsucc ⋠npreceq ⋡nsucceq ⋦lnsim ⋧gnsim ⋨precnsim ⋩succnsim ⋪ntriangleleft
    ⋫ntriangleright ⋬ntrianglelefteq ⋭ntrianglerighteq ⋮vdots ⋯cdots ⋱ddots ⌈lceil ⌉rceil
    ⌊lfloor ⌋rfloor ⌜ulcorner ⌝urcorner ⌞llcorner ⌟lrcorner ⌢frown ⌣smile ⎪bracevert
    ⎰lmoustache ⎱rmoustache ⏐arrowvert ⓈcircledS ╱diagup ╲diagdown △triangle ▴blacktriangle
    ▸blacktriangleright ▹triangleright ▽bigtriangledown ▾blacktriangledown ◂blacktriangleleft
    ◃triangleleft ◊lozenge ◯bigcirc ◻square ◼blacksquare ★bigstar ♠spadesuit ♡heartsuit
    ♢diamondsuit ♣clubsuit ♭flat ♮natural ♯sharp ✓checkmark ✠maltese ⟂perp ⟨langle ⟩rangle
    ⟮lgroup ⟯rgroup ⟵longleftarrow ⟶longrightarrow ⟷longleftrightarrow ⟸Longleftarrow
    ⟹Longrightarrow ⟺Longleftrightarrow ⟼longmapsto ⧫blacklozenge ⨀bigodot ⨁bigoplus ⨂bigotimes
    ⨄biguplus ⨆bigsqcup ⨌iiiint ⨿amalg ⩞doublebarwedge ⩽leqslant ⩾geqslant ⪅lessapprox
    ⪆gtrapprox ⪇nleqslant ⪈ngeqslant ⪉lnapprox ⪊gnapprox ⪋lesseqqgtr ⪌gtreqqless ⪕eqslantless
    ⪖eqslantgtr ⪯preceq ⪰succeq ⪵precneqq ⪶succneqq ⪷precapprox ⪸succapprox ⪹precnapprox
    ⪺succnapprox ⫅subseteqq ⫆supseteqq ⫋subsetneqq ⫌supsetneqq
    """.split()
}
"""The command for a character that is no ASCII."""
