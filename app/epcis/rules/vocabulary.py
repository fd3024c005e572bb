"""The words of the Core Business Vocabulary 2.0, and their shortest form.

Source: GS1 CBV 2.0. JSON-LD writes a standard word bare (``receiving``); the same word may
come as an address or as an older name, and is the same word.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BIZ_STEPS = _words(
    "accepting arriving assembling collecting commissioning consigning creating_class_instance"
    " cycle_counting decommissioning departing destroying disassembling dispensing encoding"
    " entering_exiting holding inspecting installing killing loading other packing picking"
    " receiving removing repackaging repairing replacing reserving retail_selling sampling"
    " sensor_reporting shipping staging_outbound stock_taking stocking storing transporting"
    " unloading unpacking void_shipping"
)
DISPOSITIONS = _words(
    "active available completeness_inferred completeness_verified conformant container_closed"
    " container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit"
    " inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement"
    " no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved"
    " retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown"
)
TRANSACTION_TYPES = _words(
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
)
PARTY_TYPES = _words("location owning_party possessing_party")
ERROR_REASONS = _words("did_not_occur incorrect_data")
ALERTS = _words("ALARM_CONDITION ERROR_CONDITION")
COMPONENTS = _words(
    "altitude axial_distance azimuth easting elevation_angle height latitude longitude northing"
    " polar_angle spherical_radius x y z"
)
MEASUREMENTS = _words(
    "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance"
    " AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity"
    " Area Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent"
    " DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity"
    " ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance"
    " KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity"
    " MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration"
    " MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass"
    " MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity"
    " Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension"
    " Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux"
    " Wavenumber"
)
ACTIONS = _words("ADD DELETE OBSERVE")
OBJECT, AGGREGATION = "ObjectEvent", "AggregationEvent"
ASSOCIATION, TRANSACTION = "AssociationEvent", "TransactionEvent"
TRANSFORMATION = "TransformationEvent"
EVENT_TYPES = (AGGREGATION, ASSOCIATION, OBJECT, TRANSACTION, TRANSFORMATION)

_LONG = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):"
    r"|(?:https?://(?:ns|ref)\.gs1\.org/cbv/|cbv:)(?:BizStep|Disp|BTT|SDT|ER|Comp)-"
    r"|(?:https?://(?:www\.)?gs1\.org/voc/|gs1:)(?:MT-)?)"
)


def short(word: str) -> str:
    """Return a standard word bare, and any other text as it is."""
    found = _LONG.match(word)
    return word[found.end() :] if found else word
