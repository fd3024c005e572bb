"""EPCIS 2.0: events as trading partners exchange them (追溯事件交换), in and out."""
