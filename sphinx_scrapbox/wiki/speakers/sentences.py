"""Whether the words behind an icon are said by it, or go on from its name.

In "[mio.icon] the rain is back" Mio speaks; in "[mio.icon]は来ない" and "[mio.icon] thinks so" the
icon is a word of a sentence. The rules are those of the languages: a particle, a form of address,
a possessive or a verb in the third person needs a word in front of it. A word that only begins
like a particle (もちろん, ちゃんと, 이번) needs none. Where both are possible, the reading that is
the more frequent at the beginning of a line counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OBJECT = "\ufffc"
"""Stands for an icon, a link or anything else that is not text (object replacement character)."""

# "END" in the tables below: punctuation, a long vowel, a blank, the end of the line.
_END = r"(?:[、。，．､｡,.!！?？…・:：;；)）」』ー～〜~\s]|\Z)"

# Particles, each with the continuations that make it the beginning of another word.
_JAPANESE_PARTICLES = {
    "は": f"いEND い{OBJECT} いは じめ ー え ぁ あ は っ てEND て[なさ]END てな たして よEND "
    "ようEND ずかし ずれ や[いくめ] やっ(?!ぱ) まった(?!く) まっ[てち] がき んぱ",
    "が": "んば んが っつ っか っくり ち ーん やがや",
    "の": "んび ちほど ちに ど[がのを] びのび ろのろ ぞみ",
    "を": "",
    "に": "ゃ っこ ほん やにや やり ぎやか んじん んまり おい",
    "へ": "え ー [～〜] ん ぇ っ い へ ろ とへと",
    "と": "ころ りあえず くに てつ れ[たなまる] あ[るり] お[いかくり] かとか りま ても っても "
    "にかく もかく もあれ はい は思 うとう うぜん つぜん っくに っとと っさに きどき きに なると "
    "なれば すると すれば いうか いうこと いうわけ いうより いうの[はも] いう感じ いう話 いって "
    "いえば いいつつ いいながら まあ まぁ ほほ 思 書 言 感じ 考え ん どのつまり",
    "も": "う(?!れし|ま[いく]) し っと ちろん ちもち ともと の や(?:もや|っと|し) ん はや ったい "
    "ら[っうい] ど[すしるり] ろ め ふ ぐ",
    "で": "も き し(?!か) す(?!ら) はEND END か[いすっけ] はな[ぜに] っか こぼこ たらめ る た",
    "から": "い っぽ から く 揚 かう かい まる オケ",
    "まで": "",
    "より": "によ どり そう 良 よ[いく] 深 詳 多く 正 一層 具体 強 広 END",
    "って": "言 い[うえ] こと か ゆ わけ な 感じ 思 話 END",
    "など": "など",
    "だけ": "ど れど ども",
    "しか": "し も [たくるけらめ] と えし え",
    "ばかり": "",
    "さえ": "ぎ ない ず",
    "すら": "[りすっい]",
    "なら": "END ば び べ ぶ ん な では [いうえおっ]",
    "曰く": "",
    "いわく": "つき",
    "以外": "と な",
    "自身": "",
    "本人": "",
    "同様": "",
    "たち": "[まばの] あが どま 上",
}
_JAPANESE_TITLES = {
    "さん": "ざん ぽ せい すう かく にん ま [ー～〜]",
    "くん": "くん れん せい",
    "ちゃん": "と ちゃん ぽん こ",
    "君": "主 臨 が代 達 たち ら の名は",
    "氏": "名 族 神 姓",
    "様": "々 子 式 相 態 変 替 なEND",
    "さま": "ざま よ た[げ]",
    "先生": "方",
    "先輩": "方",
    "教授": "会 法 陣",
    "師匠": "",
    "殿": "堂 様 下 方",
}
_MORE_JAPANESE = (
    r"みたい[なにだ]",
    r"によ[るりっれ]",
    r"的[にな]",
    r"[作製](?=の|だ|です|END)",
    rf"や(?={OBJECT}|他の?|ほかの|その他|[私僕俺]|自分)",
    r"だ(?=END)|だった(?![らりけ])",
    r"ら(?=[のはがもとに])(?!はぎ|にあ|んと)",
    r"(?:経由|担当|宛て?|推し|側|用|版)(?=[のにではがだ])",
)

# Korean writes a particle without a space in front, and with one behind.
_KOREAN_PARTICLES = (
    "은 는 이 가 을 를 의 도 만 과 에 에게 에게서 에서 한테 한테서 께 께서 이랑 랑 처럼 보다 부터 "
    "까지 조차 마저 밖에 뿐 라는 이라는 라고 이라고"
)
_KOREAN = (
    rf"(?:님|씨)?(?:{'|'.join(_KOREAN_PARTICLES.split())})(?:는|은|도|만|의)?"
    rf"(?=\s|{OBJECT}|[,.]?\Z)(?!가 (?:보|봤|주|줘))",
    rf"와(?=\s(?!진짜|정말|대박|이거|이건|신기|너무|완전|역시)|{OBJECT})",
    r"하고(?=\s(?!싶|있|나[서면니]|보[니면]|계))",
    r"(?:님|씨)(?=[\s,.!?]|\Z|의|과|와|도|만|께|에|이|가|은|는|을|를|한|랑|처)",
    r"\s(?:님|씨)(?:은|는|이|가|을|를|의|도|과|와|께서|에게|께)?(?=[\s,.!?]|\Z)",
)

_ENGLISH_VERBS = (
    "thinks thought says said asks asked wants wanted likes liked loves loved hates knows knew "
    "uses needs prefers preferred agrees disagrees disagreed suggests suggested proposes proposed "
    "writes wrote tells told believes believed hopes hoped lives lived gives gave takes took "
    "brings brought comes came goes went keeps kept plans planned reports reported finds found "
    "sees saw starts started tries tried explains explained mentions mentioned notices noticed "
    "recommends recommended owns owned joins joined leaves left runs ran builds built maintains "
    "maintained contributes contributed creates created showed draws drew paints painted plays "
    "played reads teaches taught learns learned learnt grows grew waters watered planted buys "
    "bought sells sold pays paid sends sent answers answered replies replied calls called helps "
    "helped invites invited remembers remembered forgets forgot repairs repaired wonders wondered "
    "promises promised offers offered collects collected organises organised organizes organized "
    "speaks spoke talks talked meets met visits visited decides decided becomes became lent led "
    "lost won held heard felt spent stood drove ate drank slept chose broke caught does"
)
_ENGLISH_ACTIONS = "carried moved opened closed fixed mended cleaned added removed changed made"
_ADVERBS = "also never always still already often usually really probably just only recently now"
_PRONOUNS = (
    "you we i it he she they this that these those there any anyone anybody someone somebody "
    "everyone everybody"
)
# Not in the first sentence: in "is it full? then wait", somebody asks.
_NO_QUESTION = r"(?![^?.!]*\?)"


def _any_of(words: str) -> str:
    return rf"(?:{'|'.join(words.split())})\b"


_ENGLISH = (
    r"['’](?:s|ll|d|ve|re)\b",
    r"-(?:san|kun|chan|sama|sensei|style)\b",
    r"\s+(?:san|sensei)\b",
    rf"\s+(?:{_any_of(_ADVERBS)}\s+)?(?:{_any_of(_ENGLISH_VERBS)}"
    # "fixed" and "agreed" alone are answers
    rf"|{_any_of(_ENGLISH_ACTIONS)}\s+(?:the|an?|all|his|her|their|our|some|two|three)\b"
    r"|agreed\s+(?:to|with|that|on)\b"
    r"|(?:is|does|has|was|did|wo|would|could|should|ca)n['’]t\b"
    rf"|(?:is|was|has|had)\b(?!['’]|\s+(?:to|been|{_any_of(_PRONOUNS)}))"
    r"|(?:will|would|can|could|should|must|might|may|did)\b"
    rf"(?!['’]|\s+(?:be|do|have|confirm|not|work|{_any_of(_PRONOUNS)})\b)"
    rf"){_NO_QUESTION}",
    rf"\s+whos?e?\s{_NO_QUESTION}",
    rf"\s+(?:and|or|&|with|vs\.?)\s*{OBJECT}",
    r"\s+and\s+I\b",
)

_ANY_LANGUAGE = (
    # an enumeration: "[mio.icon], [ren.icon]"; nobody begins with a comma
    rf"\s*(?:[、，,､]|[/／・&＆+＋]\s*{OBJECT})",
    # where something leads: "[mio.icon] -> [ren.icon]"
    r"\s*(?:[←→↑↓↔⇐⇒⇔⇨⇦➡⬅⟵⟶⟷]|<-|<=|->|=>)",
)


def _japanese(particles: Mapping[str, str]) -> str:
    patterns = [
        f"{particle}(?!{'|'.join(others.split())})" if others else particle
        for particle, others in particles.items()
    ]
    pattern = "|".join([*patterns, *_MORE_JAPANESE]).replace("END", _END)
    return rf"\s*(?:{pattern})"


_SENTENCE = re.compile(
    "|".join(
        [
            _japanese(_JAPANESE_PARTICLES | _JAPANESE_TITLES),
            *_KOREAN,
            *_ENGLISH,
            *_ANY_LANGUAGE,
        ]
    )
)


def continues_sentence(text: str) -> bool:
    """Whether *text*, which follows an icon, makes the icon a word of a sentence.

    :data:`OBJECT` in *text* stands for what is not text.

    >>> list(map(continues_sentence, ("は来ない", "はい", " thinks so", " the rain is back")))
    [True, False, True, False]
    """
    return _SENTENCE.match(text) is not None
