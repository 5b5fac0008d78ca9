import { type CategoryMeaning, healthKitCategories } from '../../catalogue/health-kit-categories';
import { bloodPressureTypes } from '../../catalogue/health-kit-quantities';

/** What the records of one type are kept as. */
export type RecordMeaning =
  | CategoryMeaning
  | { readonly kind: 'quantity' }
  | { readonly kind: 'blood_pressure'; readonly half: 'systolic' | 'diastolic' }
  /** A category that is not known: each record counts as one. */
  | { readonly kind: 'own_category' }
  | { readonly kind: 'state_of_mind' };

const quantity: RecordMeaning = { kind: 'quantity' };
const ownCategory: RecordMeaning = { kind: 'own_category' };
const stateOfMind: RecordMeaning = { kind: 'state_of_mind' };
const systolic: RecordMeaning = { kind: 'blood_pressure', half: 'systolic' };
const diastolic: RecordMeaning = { kind: 'blood_pressure', half: 'diastolic' };

/** What records of a type of HealthKit are kept as, whether the catalogue knows the type or not. */
export function meaningOf(type: string): RecordMeaning {
  if (type.startsWith('HKCategoryTypeIdentifier')) return healthKitCategories.get(type) ?? ownCategory;
  if (type === bloodPressureTypes.systolic) return systolic;
  if (type === bloodPressureTypes.diastolic) return diastolic;
  return /^HK(DataType)?StateOfMind/.test(type) ? stateOfMind : quantity;
}
