import type { AggregationKind, MetricDefinition, PossibleValues } from './metric-definition';
import * as possible from './possible-values';

type Details = Partial<Pick<MetricDefinition, 'aliases' | 'family' | 'usual' | 'rescaleFraction'>>;

/** One row of the catalogue; `type` is Apple's identifier, of a quantity unless it is written in full. */
function metric(
  id: number,
  name: string,
  unit: string,
  kind: AggregationKind,
  type: string,
  possibleValues: PossibleValues,
  details: Details = {},
): MetricDefinition {
  const healthKitType = type.startsWith('HK') ? type : `HKQuantityTypeIdentifier${type}`;
  return { id, name, aliases: [], unit, kind, family: 'quantity', possible: possibleValues, healthKitType, ...details };
}

const possibleByNutrientUnit = {
  g: possible.nutrientGrams,
  mg: possible.nutrientMilligrams,
  mcg: possible.nutrientMicrograms,
};

/** A nutrient, which some versions of the app name `dietary_<name>`. */
function nutrient(
  id: number,
  name: string,
  unit: keyof typeof possibleByNutrientUnit,
  type: string,
  aliases: readonly string[] = [],
): MetricDefinition {
  return metric(id, name, unit, 'sum', `Dietary${type}`, possibleByNutrientUnit[unit], {
    aliases: [`dietary_${name}`, ...aliases],
  });
}

const usualDayMinutes = { min: 0, max: 1_500 };
const usualHeartRate = { min: 25, max: 250 };
const usualRestingHeartRate = { min: 25, max: 150 };
const usualCoreTemperature = { min: 32, max: 43 };
const usualEnergy = { min: 0, max: 15_000 };
const usualSound = { min: 10, max: 140 };
const usualGait = { min: 0, max: 15 };

/**
 * Every metric the app is known to send, by subject. Ids are permanent: a new metric takes a free one, and an id that
 * was ever used is never given to another metric.
 *
 * Units: the canonical unit is one the app itself sends. Durations that some versions count instead (hand-washing,
 * tooth-brushing) are kept in seconds, because a duration cannot be had back from a count; a block of them in `count`
 * is then not convertible, and is kept under its own unit.
 */
export const builtInMetrics: readonly MetricDefinition[] = [
  // Activity
  metric(1, 'step_count', 'count', 'sum', 'StepCount', possible.limbMovements, { usual: { min: 0, max: 150_000 } }),
  metric(2, 'walking_running_distance', 'km', 'sum', 'DistanceWalkingRunning', possible.distanceOnFoot, {
    usual: { min: 0, max: 250 },
  }),
  metric(3, 'cycling_distance', 'km', 'sum', 'DistanceCycling', possible.distanceOnWheels, {
    usual: { min: 0, max: 900 },
  }),
  metric(4, 'swimming_distance', 'm', 'sum', 'DistanceSwimming', possible.distanceInWater, {
    usual: { min: 0, max: 100_000 },
  }),
  metric(5, 'wheelchair_distance', 'km', 'sum', 'DistanceWheelchair', possible.distanceOnWheels, {
    usual: { min: 0, max: 400 },
  }),
  metric(6, 'distance_downhill_snow_sports', 'km', 'sum', 'DistanceDownhillSnowSports', possible.distanceOnSnow, {
    aliases: ['downhill_snow_sports'],
    usual: { min: 0, max: 400 },
  }),
  metric(7, 'push_count', 'count', 'sum', 'PushCount', possible.limbMovements, { aliases: ['wheelchair_push_count'] }),
  metric(8, 'swimming_stroke_count', 'count', 'sum', 'SwimmingStrokeCount', possible.limbMovements, {
    aliases: ['swim_stroke_count'],
  }),
  metric(9, 'flights_climbed', 'count', 'sum', 'FlightsClimbed', possible.flights, { usual: { min: 0, max: 2_000 } }),
  metric(10, 'active_energy', 'kcal', 'sum', 'ActiveEnergyBurned', possible.energy, {
    aliases: ['active_energy_burned'],
    usual: usualEnergy,
  }),
  metric(11, 'basal_energy_burned', 'kcal', 'sum', 'BasalEnergyBurned', possible.energy, {
    aliases: ['resting_energy'],
    usual: usualEnergy,
  }),
  metric(12, 'apple_exercise_time', 'min', 'sum', 'AppleExerciseTime', possible.minutes, { usual: usualDayMinutes }),
  metric(13, 'apple_move_time', 'min', 'sum', 'AppleMoveTime', possible.minutes, { usual: usualDayMinutes }),
  metric(14, 'apple_stand_time', 'min', 'sum', 'AppleStandTime', possible.minutes, { usual: usualDayMinutes }),
  metric(15, 'apple_stand_hour', 'count', 'sum', 'HKCategoryTypeIdentifierAppleStandHour', possible.overlappingHours, {
    usual: { min: 0, max: 25 },
  }),
  metric(16, 'physical_effort', 'kcal/hr·kg', 'average', 'PhysicalEffort', possible.effort, {
    usual: { min: 0, max: 30 },
  }),
  metric(17, 'vo2_max', 'mL/(kg·min)', 'latest', 'VO2Max', possible.oxygenUptake, {
    aliases: ['vo2max'],
    usual: { min: 10, max: 100 },
  }),
  metric(18, 'cycling_cadence', 'count/min', 'average', 'CyclingCadence', possible.cadence, {
    usual: { min: 0, max: 250 },
  }),
  metric(19, 'cycling_power', 'W', 'average', 'CyclingPower', possible.power, { usual: { min: 0, max: 2_500 } }),
  metric(20, 'cycling_speed', 'km/hr', 'average', 'CyclingSpeed', possible.speedOnWheels, {
    usual: { min: 0, max: 120 },
  }),
  metric(21, 'cycling_functional_threshold_power', 'W', 'latest', 'CyclingFunctionalThresholdPower', possible.power, {
    usual: { min: 20, max: 600 },
  }),
  metric(22, 'running_power', 'W', 'average', 'RunningPower', possible.power, { usual: { min: 0, max: 2_500 } }),
  metric(23, 'running_speed', 'km/hr', 'average', 'RunningSpeed', possible.speedOnFoot, {
    usual: { min: 0, max: 45 },
  }),
  metric(24, 'running_ground_contact_time', 'ms', 'average', 'RunningGroundContactTime', possible.groundContact, {
    usual: { min: 50, max: 1_000 },
  }),
  metric(25, 'running_stride_length', 'm', 'average', 'RunningStrideLength', possible.stepMetres, {
    usual: { min: 0.1, max: 3.5 },
  }),
  metric(26, 'running_vertical_oscillation', 'cm', 'average', 'RunningVerticalOscillation', possible.oscillation, {
    usual: { min: 0, max: 30 },
  }),

  // Heart and blood
  metric(101, 'heart_rate', 'count/min', 'average', 'HeartRate', possible.heartRate, {
    family: 'heart_rate',
    usual: usualHeartRate,
  }),
  metric(102, 'resting_heart_rate', 'count/min', 'latest', 'RestingHeartRate', possible.heartRate, {
    usual: usualRestingHeartRate,
  }),
  metric(103, 'walking_heart_rate_average', 'count/min', 'latest', 'WalkingHeartRateAverage', possible.heartRate, {
    aliases: ['walking_heart_rate'],
    usual: usualHeartRate,
  }),
  metric(104, 'heart_rate_variability', 'ms', 'average', 'HeartRateVariabilitySDNN', possible.beatDeviation, {
    usual: { min: 1, max: 500 },
  }),
  metric(105, 'cardio_recovery', 'count/min', 'max', 'HeartRateRecoveryOneMinute', possible.heartRateFall, {
    aliases: ['heart_rate_recovery_one_minute'],
    usual: { min: 0, max: 120 },
  }),
  metric(106, 'atrial_fibrillation_burden', '%', 'latest', 'AtrialFibrillationBurden', possible.share),
  metric(107, 'blood_pressure', 'mmHg', 'average', 'HKCorrelationTypeIdentifierBloodPressure', possible.bloodPressure, {
    family: 'blood_pressure',
    usual: { min: 30, max: 260 },
  }),
  metric(108, 'peripheral_perfusion_index', '%', 'average', 'PeripheralPerfusionIndex', possible.share, {
    usual: { min: 0, max: 30 },
  }),
  metric(109, 'blood_oxygen_saturation', '%', 'average', 'OxygenSaturation', possible.oxygenSaturation, {
    aliases: ['oxygen_saturation'],
    usual: { min: 70, max: possible.oxygenSaturation.max },
    rescaleFraction: true,
  }),
  metric(110, 'blood_glucose', 'mg/dL', 'average', 'BloodGlucose', possible.bloodGlucose, {
    usual: { min: 20, max: 600 },
  }),
  metric(111, 'insulin_delivery', 'IU', 'sum', 'InsulinDelivery', possible.insulin, { usual: { min: 0, max: 500 } }),
  metric(112, 'blood_alcohol_content', '%', 'average', 'BloodAlcoholContent', possible.bloodAlcohol, {
    usual: { min: 0, max: 0.5 },
  }),

  // Breath
  metric(201, 'respiratory_rate', 'count/min', 'average', 'RespiratoryRate', possible.breaths, {
    usual: { min: 4, max: 60 },
  }),
  metric(202, 'forced_expiratory_volume_1', 'L', 'average', 'ForcedExpiratoryVolume1', possible.lungVolume, {
    aliases: ['forced_expiratory_volume'],
    usual: { min: 0.2, max: 8 },
  }),
  metric(203, 'forced_vital_capacity', 'L', 'average', 'ForcedVitalCapacity', possible.lungVolume, {
    usual: { min: 0.3, max: 10 },
  }),
  metric(204, 'peak_expiratory_flow_rate', 'L/min', 'average', 'PeakExpiratoryFlowRate', possible.peakFlow, {
    usual: { min: 30, max: 1_000 },
  }),
  metric(205, 'inhaler_usage', 'count', 'sum', 'InhalerUsage', possible.events, { usual: { min: 0, max: 50 } }),
  metric(
    206,
    'breathing_disturbances',
    'count',
    'latest',
    'AppleSleepingBreathingDisturbances',
    possible.breathDisturbances,
    { usual: { min: 0, max: 150 } },
  ),

  // Body and temperature
  metric(301, 'weight_body_mass', 'kg', 'latest', 'BodyMass', possible.bodyMass, {
    aliases: ['body_mass', 'weight'],
    usual: { min: 2, max: 300 },
  }),
  metric(302, 'body_mass_index', 'count', 'latest', 'BodyMassIndex', possible.bodyMassIndex, {
    usual: { min: 8, max: 100 },
  }),
  metric(303, 'body_fat_percentage', '%', 'latest', 'BodyFatPercentage', possible.share, {
    usual: { min: 2, max: 75 },
  }),
  metric(304, 'lean_body_mass', 'kg', 'latest', 'LeanBodyMass', possible.bodyMass, { usual: { min: 1, max: 150 } }),
  metric(305, 'height', 'cm', 'latest', 'Height', possible.bodyHeight, { usual: { min: 40, max: 230 } }),
  metric(306, 'waist_circumference', 'cm', 'latest', 'WaistCircumference', possible.waist, {
    usual: { min: 30, max: 250 },
  }),
  metric(307, 'body_temperature', 'degC', 'average', 'BodyTemperature', possible.coreTemperature, {
    usual: usualCoreTemperature,
  }),
  metric(308, 'basal_body_temperature', 'degC', 'average', 'BasalBodyTemperature', possible.coreTemperature, {
    usual: usualCoreTemperature,
  }),
  metric(
    309,
    'apple_sleeping_wrist_temperature',
    'degC',
    'latest',
    'AppleSleepingWristTemperature',
    possible.skinTemperature,
    { aliases: ['wrist_temperature'], usual: { min: 25, max: 42 } },
  ),
  metric(310, 'electrodermal_activity', 'mcS', 'average', 'ElectrodermalActivity', possible.skinConductance, {
    usual: { min: 0, max: 100 },
  }),

  // Mobility
  metric(401, 'walking_speed', 'km/hr', 'average', 'WalkingSpeed', possible.speedOnFoot, { usual: usualGait }),
  metric(402, 'walking_step_length', 'cm', 'average', 'WalkingStepLength', possible.stepCentimetres, {
    usual: { min: 5, max: 200 },
  }),
  metric(403, 'walking_asymmetry_percentage', '%', 'average', 'WalkingAsymmetryPercentage', possible.share),
  metric(404, 'walking_double_support_percentage', '%', 'average', 'WalkingDoubleSupportPercentage', possible.share),
  metric(405, 'stair_speed_up', 'm/s', 'average', 'StairAscentSpeed', possible.speedOnStairs, {
    aliases: ['stair_ascent_speed'],
    usual: { min: 0, max: 3 },
  }),
  metric(406, 'stair_speed_down', 'm/s', 'average', 'StairDescentSpeed', possible.speedOnStairs, {
    aliases: ['stair_descent_speed'],
    usual: { min: 0, max: 3 },
  }),
  metric(407, 'six_minute_walking_test_distance', 'm', 'latest', 'SixMinuteWalkTestDistance', possible.sixMinuteWalk, {
    usual: { min: 0, max: 1_000 },
  }),
  metric(408, 'number_of_times_fallen', 'count', 'sum', 'NumberOfTimesFallen', possible.events, {
    aliases: ['number_of_time_fallen'],
    usual: { min: 0, max: 50 },
  }),

  // Surroundings
  metric(501, 'environmental_audio_exposure', 'dBASPL', 'average', 'EnvironmentalAudioExposure', possible.soundLevel, {
    aliases: ['environmental_audio'],
    usual: usualSound,
  }),
  metric(502, 'headphone_audio_exposure', 'dBASPL', 'average', 'HeadphoneAudioExposure', possible.soundLevel, {
    aliases: ['headphone_audio'],
    usual: usualSound,
  }),
  metric(503, 'time_in_daylight', 'min', 'sum', 'TimeInDaylight', possible.minutes, { usual: usualDayMinutes }),
  metric(504, 'uv_exposure', 'count', 'average', 'UVExposure', possible.uvIndex, { usual: { min: 0, max: 25 } }),
  metric(505, 'underwater_depth', 'm', 'average', 'UnderwaterDepth', possible.waterDepth, {
    aliases: ['under_water_depth'],
    usual: { min: 0, max: 100 },
  }),
  metric(506, 'underwater_temperature', 'degC', 'average', 'WaterTemperature', possible.waterTemperature, {
    aliases: ['under_water_temperature'],
    usual: { min: -2, max: 45 },
  }),

  // Sleep, mind and habits
  metric(601, 'sleep_analysis', 'hr', 'sum', 'HKCategoryTypeIdentifierSleepAnalysis', possible.overlappingHours, {
    usual: { min: 0, max: 16 },
  }),
  metric(602, 'mindful_minutes', 'min', 'sum', 'HKCategoryTypeIdentifierMindfulSession', possible.overlappingMinutes, {
    aliases: ['mindful_session'],
    usual: usualDayMinutes,
  }),
  metric(603, 'handwashing', 's', 'sum', 'HKCategoryTypeIdentifierHandwashingEvent', possible.overlappingSeconds, {
    usual: { min: 0, max: 3_600 },
  }),
  metric(604, 'toothbrushing', 's', 'sum', 'HKCategoryTypeIdentifierToothbrushingEvent', possible.overlappingSeconds, {
    usual: { min: 0, max: 3_600 },
  }),
  metric(605, 'sexual_activity', 'count', 'sum', 'HKCategoryTypeIdentifierSexualActivity', possible.events, {
    usual: { min: 0, max: 50 },
  }),
  metric(606, 'alcohol_consumption', 'count', 'sum', 'NumberOfAlcoholicBeverages', possible.events, {
    aliases: ['number_of_alcoholic_beverages'],
    usual: { min: 0, max: 50 },
  }),

  // Nutrition
  metric(701, 'dietary_energy', 'kcal', 'sum', 'DietaryEnergyConsumed', possible.energy, {
    aliases: ['dietary_energy_consumed'],
    usual: usualEnergy,
  }),
  metric(702, 'dietary_water', 'mL', 'sum', 'DietaryWater', possible.nutrientGrams, { usual: { min: 0, max: 20_000 } }),
  metric(703, 'dietary_sugar', 'g', 'sum', 'DietarySugar', possible.nutrientGrams, { usual: { min: 0, max: 2_000 } }),
  nutrient(704, 'carbohydrates', 'g', 'Carbohydrates'),
  nutrient(705, 'protein', 'g', 'Protein'),
  nutrient(706, 'total_fat', 'g', 'FatTotal', ['dietary_fat_total']),
  nutrient(707, 'saturated_fat', 'g', 'FatSaturated', ['dietary_fat_saturated']),
  nutrient(708, 'monounsaturated_fat', 'g', 'FatMonounsaturated', ['monosaturated_fat', 'dietary_fat_monounsaturated']),
  nutrient(709, 'polyunsaturated_fat', 'g', 'FatPolyunsaturated', ['dietary_fat_polyunsaturated']),
  nutrient(710, 'fiber', 'g', 'Fiber'),
  nutrient(711, 'cholesterol', 'mg', 'Cholesterol'),
  nutrient(712, 'sodium', 'mg', 'Sodium'),
  nutrient(713, 'potassium', 'mg', 'Potassium'),
  nutrient(714, 'calcium', 'mg', 'Calcium'),
  nutrient(715, 'phosphorus', 'mg', 'Phosphorus'),
  nutrient(716, 'magnesium', 'mg', 'Magnesium'),
  nutrient(717, 'iron', 'mg', 'Iron'),
  nutrient(718, 'zinc', 'mg', 'Zinc'),
  nutrient(719, 'copper', 'mg', 'Copper'),
  nutrient(720, 'manganese', 'mg', 'Manganese'),
  nutrient(721, 'chloride', 'mg', 'Chloride'),
  nutrient(722, 'caffeine', 'mg', 'Caffeine'),
  nutrient(723, 'niacin', 'mg', 'Niacin'),
  nutrient(724, 'riboflavin', 'mg', 'Riboflavin'),
  nutrient(725, 'thiamin', 'mg', 'Thiamin'),
  nutrient(726, 'pantothenic_acid', 'mg', 'PantothenicAcid'),
  nutrient(727, 'vitamin_b6', 'mg', 'VitaminB6'),
  nutrient(728, 'vitamin_c', 'mg', 'VitaminC'),
  nutrient(729, 'vitamin_e', 'mg', 'VitaminE'),
  nutrient(730, 'biotin', 'mcg', 'Biotin'),
  nutrient(731, 'chromium', 'mcg', 'Chromium'),
  nutrient(732, 'folate', 'mcg', 'Folate'),
  nutrient(733, 'iodine', 'mcg', 'Iodine'),
  nutrient(734, 'molybdenum', 'mcg', 'Molybdenum'),
  nutrient(735, 'selenium', 'mcg', 'Selenium'),
  nutrient(736, 'vitamin_a', 'mcg', 'VitaminA'),
  nutrient(737, 'vitamin_b12', 'mcg', 'VitaminB12'),
  nutrient(738, 'vitamin_d', 'mcg', 'VitaminD'),
  nutrient(739, 'vitamin_k', 'mcg', 'VitaminK'),
];
