"""Names as people there would give them, with their pinyin; none is meant to be a real place.

Each pool pairs the Chinese with its reading, so that the files do not depend on a dictionary's edition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

Name = tuple[str, str]
Pool = tuple[Name, ...]


def _pool(text: str) -> Pool:
    """Names from "锦 Jin, 云 Yun": the Chinese, a blank, the reading."""
    pairs = (entry.partition(" ") for entry in text.split(", "))
    return tuple((zh, en) for zh, _, en in pairs)


FIRST: Pool = _pool(
    "锦 Jin, 云 Yun, 翠 Cui, 芙蓉 Furong, 金桂 Jingui, 银杏 Yinxing, 青 Qing, 浣 Huan, 梧桐 Wutong, "
    "天 Tian, 玉 Yu, 望 Wang, 福 Fu, 安 An, 丹 Dan, 清 Qing, 枫 Feng, 紫荆 Zijing, 百 Bai, "
    "双 Shuang, 龙 Long, 凤 Feng, 海棠 Haitang, 蜀 Shu, 瑞 Rui, 和 He, 长 Chang, 永 Yong, 新 Xin, "
    "平 Ping, 晓 Xiao, 石 Shi"
)
SECOND: Pool = _pool(
    "溪 xi, 汀 ting, 屏 ping, 堤 di, 林 lin, 江 jiang, 岭 ling, 竹 zhu, 华 hua, 泰 tai, 苑 yuan, "
    "桥 qiao, 塘 tang, 禾 he, 麓 lu, 霞 xia, 湾 wan, 坪 ping, 源 yuan, 乐 le, 丰 feng, 泉 quan, "
    "港 gang, 渡 du, 宁 ning, 康 kang, 景 jing, 荫 yin"
)
ESTATES: Pool = _pool(
    "花园 Garden, 小区 Estate, 新居 New Homes, 雅居 Residence, 家园 Homeland, 苑 Court, 名城 City, "
    "丽景 Vista, 华庭 Palace Court, 馨苑 Fragrant Court"
)
TOWERS: Pool = _pool(
    "国际 International, 公馆 Mansion, 中心城 Central City, 壹号 No. 1, 天境 Skyline, "
    "悦府 Joy Mansion, 时代 Times, 云邸 Cloud Residence"
)
WORKS: Pool = _pool(
    "机床厂宿舍 Machine-tool Works Housing, 棉纺厂宿舍 Cotton Mill Housing, "
    "邮电宿舍 Post Office Housing, 粮食局宿舍 Grain Bureau Housing, "
    "无线电厂宿舍 Radio Works Housing, 教师宿舍 Teachers' Housing"
)
LANES: Pool = _pool(
    "槐荫 Huaiyin, 青石 Qingshi, 水井 Shuijing, 灯笼 Denglong, 皂角 Zaojiao, 茶铺 Chapu, 染坊 Ranfang, "
    "磨子 Mozi, 铁匠 Tiejiang, 豆腐 Doufu, 桂花 Guihua, 纸坊 Zhifang, 书墨 Shumo, 牌坊 Paifang, 盐市 Yanshi, "
    "竹器 Zhuqi, 石狮 Shishi, 药王 Yaowang, 米市 Mishi, 柳荫 Liuyin, 丝绵 Simian, 酱园 Jiangyuan, "
    "白果 Baiguo, 油篓 Youlou, 祠堂 Citang, 鼓楼 Gulou, 金丝 Jinsi, 泡桐 Paotong, 红墙 Hongqiang, "
    "落虹 Luohong, 银丝 Yinsi, 栀子 Zhizi, 打金 Dajin, 古井 Gujing, 麻石 Mashi, 笔帖 Bitie"
)
CLANS: Pool = _pool(
    "李 Li, 张 Zhang, 刘 Liu, 陈 Chen, 杨 Yang, 黄 Huang, 周 Zhou, 罗 Luo, 邓 Deng, 谢 Xie, 唐 Tang, "
    "曾 Zeng, 叶 Ye, 魏 Wei, 钟 Zhong, 廖 Liao"
)
ROADS: dict[str, Name] = {
    "arterial": ("大道", "Avenue"),
    "secondary": ("路", "Road"),
    "branch": ("街", "Street"),
    "alley": ("巷", "Lane"),
}
COUNT = "零一二三四五六七八九"


STEMS: Pool = (
    *((a + b, p + q) for a, p in FIRST for b, q in SECOND if a != b and len(a) == 1),
    *((a, p) for a, p in FIRST if len(a) > 1),
)


def stems(rng: np.random.Generator, pool: Pool = STEMS) -> Iterator[Name]:
    """Endless stems ("锦溪", "Jinxi") in a drawn order; none twice until all are used, then with 新 before them."""
    before = ("", "")
    while True:
        for k in rng.permutation(len(pool)).tolist():
            zh, en = pool[k]
            yield before[0] + zh, before[1] + (en.lower() if before[1] else en)
        before = (before[0] + "新", "Xin" + before[1].lower())


def with_kind(stem: Name, kind: Name) -> Name:
    """A stem with its generic word: 锦溪 + 路 = 锦溪路, Jinxi Road."""
    return stem[0] + kind[0], f"{stem[1]} {kind[1]}"


def numeral(n: int) -> str:
    """A small number as villages count their groups.

    >>> numeral(3), numeral(12), numeral(20)
    ('三', '十二', '二十')
    """
    tens, ones = divmod(n, 10)
    if not tens:
        return COUNT[ones]
    return (COUNT[tens] if tens > 1 else "") + "十" + (COUNT[ones] if ones else "")
