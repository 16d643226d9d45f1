"""What Lantai sells, and which products are bought together (F12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainkit.company.simulation.streams import stream

__all__ = ["CATALOGUE", "PRODUCTS", "Companions", "Product", "companions"]


@dataclass(frozen=True)
class Product:
    """One product of the catalogue."""

    name: str
    name_zh: str
    category: str
    #: List price in CNY before tax.
    price: float
    #: Unit cost as a share of the list price.
    cost: float
    #: How often each type of customer takes it (B2B, B2C, G), in relation to the other products.
    taken: tuple[float, float, float]
    #: Usual quantity in a business order.
    quantity: int


# fmt: off
PRODUCTS = (
    Product("Temperature sensor", "温度传感器", "sensor", 128, 0.46, (6, 0, 3), 12),
    Product("Pressure sensor", "压力传感器", "sensor", 236, 0.47, (5, 0, 1), 10),
    Product("Vibration sensor", "振动传感器", "sensor", 365, 0.45, (4, 0, 1), 6),
    Product("Level sensor", "液位传感器", "sensor", 298, 0.48, (3, 0, 2), 6),
    Product("Air quality sensor", "空气质量传感器", "sensor", 189, 0.50, (2, 2, 5), 8),
    Product("Photoelectric switch", "光电开关", "sensor", 96, 0.52, (6, 0, 1), 20),
    Product("Compact controller", "紧凑型控制器", "control", 1680, 0.54, (5, 0, 2), 3),
    Product("Motion controller", "运动控制器", "control", 4280, 0.55, (2, 0, 0), 1),
    Product("I/O module", "输入输出模块", "control", 540, 0.51, (4, 0, 1), 5),
    Product("Operator panel", "操作面板", "control", 2150, 0.56, (3, 0, 2), 2),
    Product("Frequency inverter", "变频器", "control", 3260, 0.58, (3, 0, 1), 2),
    Product("Power supply 24 V", "24V 电源", "power", 320, 0.55, (7, 0, 3), 6),
    Product("Backup power unit", "不间断电源", "power", 1890, 0.60, (3, 1, 5), 2),
    Product("Surge protector", "浪涌保护器", "power", 145, 0.48, (4, 2, 4), 10),
    Product("Energy meter", "电能表", "power", 410, 0.53, (4, 1, 6), 6),
    Product("Industrial router", "工业路由器", "network", 1260, 0.50, (5, 0, 3), 2),
    Product("Antenna kit", "天线套件", "network", 186, 0.42, (2, 0, 1), 3),
    Product("Network switch", "工业交换机", "network", 880, 0.52, (4, 1, 5), 3),
    Product("Wireless access point", "无线接入点", "network", 690, 0.54, (3, 2, 7), 4),
    Product("Data logger", "数据记录仪", "network", 760, 0.47, (3, 0, 3), 3),
    Product("Fiber converter", "光纤收发器", "network", 260, 0.50, (3, 0, 3), 6),
    Product("Sensor cable 5 m", "5 米传感器电缆", "accessory", 38, 0.40, (8, 0, 2), 30),
    Product("Mounting rail", "安装导轨", "accessory", 24, 0.45, (6, 0, 2), 30),
    Product("Terminal set", "端子套装", "accessory", 58, 0.43, (6, 0, 1), 20),
    Product("Calibration set", "校准套件", "accessory", 980, 0.40, (2, 0, 2), 1),
    Product("Spare fan", "备用风扇", "accessory", 72, 0.50, (3, 1, 2), 8),
    Product("Smart lock", "智能门锁", "home", 1180, 0.58, (0.4, 6, 1), 4),
    Product("Door sensor", "门磁传感器", "home", 69, 0.44, (0.3, 4, 1), 8),
    Product("Home gateway", "家庭网关", "home", 239, 0.52, (0.3, 6, 0.5), 4),
    Product("Indoor camera", "室内摄像机", "home", 269, 0.57, (0.6, 8, 2), 6),
    Product("Smart plug", "智能插座", "home", 59, 0.55, (0.3, 9, 0.5), 10),
    Product("Smoke detector", "烟雾报警器", "home", 119, 0.49, (1, 4, 4), 12),
    Product("Charger 65 W", "65W 充电器", "mobile", 129, 0.60, (0.5, 12, 0.5), 10),
    Product("Power bank", "移动电源", "mobile", 149, 0.62, (0.4, 11, 0.3), 10),
    Product("Charging cable", "充电线", "mobile", 29, 0.45, (0.5, 10, 0.3), 20),
    Product("Wireless earphones", "无线耳机", "mobile", 299, 0.61, (0.2, 9, 0.2), 6),
    Product("Car charger", "车载充电器", "mobile", 79, 0.56, (0.2, 5, 0.5), 8),
    Product("Desk lamp", "护眼台灯", "mobile", 199, 0.58, (0.3, 7, 2), 8),
)
# fmt: on

#: The products as arrays: prices, shares of cost, quantities, shape (38,), and popularity, shape (3, 38).
CATALOGUE = {
    "price": np.array([product.price for product in PRODUCTS], dtype=float),
    "cost": np.array([product.cost for product in PRODUCTS]),
    "quantity": np.array([product.quantity for product in PRODUCTS], dtype=float),
    "taken": np.array([product.taken for product in PRODUCTS], dtype=float).T,
}

_TOGETHER = (
    ("Industrial router", "Antenna kit", 0.46),
    ("Smart lock", "Door sensor", 0.40),
    ("Compact controller", "I/O module", 0.48),
    ("Pressure sensor", "Calibration set", 0.32),
    ("Network switch", "Fiber converter", 0.45),
    ("Backup power unit", "Spare fan", 0.38),
)
_APART = (("Sensor cable 5 m", "Power supply 24 V"), ("Sensor cable 5 m", "Terminal set"))


@dataclass(frozen=True)
class Companions:
    """Which products go along with each other, and which don't, by position."""

    #: First product, second product, probability that the second goes along with the first.
    together: tuple[tuple[int, int, float], ...]
    #: Two popular products that many buy, but seldom in one order.
    apart: tuple[int, int]
    #: Share of the orders with both from which the second is left out.
    spared: float


def companions(variant: int, seed: int) -> Companions:
    """Return what goes together: four pairs of the list, the first four in the base data, and the trap."""
    position = {product.name: index for index, product in enumerate(PRODUCTS)}
    kept, apart, spared = list(range(4)), _APART[0], 0.28
    if variant:
        rng = stream(seed, variant, "level", "F12")
        kept = sorted(rng.permutation(len(_TOGETHER))[:4].tolist())
        apart = _APART[int(rng.integers(len(_APART)))]
        spared = rng.uniform(0.36, 0.50)
    together = tuple((position[a], position[b], p) for a, b, p in (_TOGETHER[i] for i in kept))
    return Companions(together, (position[apart[0]], position[apart[1]]), spared)
