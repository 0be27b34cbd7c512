import type { Criterion } from '../../contract.js'

/**
 * Where a criterion draws its lines, as improvements: positive is faster. None for a budget, which
 * is in a unit of its own.
 */
export function marginsOf(criterion: Criterion): number[] {
  switch (criterion.kind) {
    case 'improvement':
      return [criterion.atLeast]
    case 'regression':
    case 'non-inferiority':
      return [-criterion.atMost]
    case 'equivalence':
      // On the log scale the margins lie at ± ln(1 + θ).
      return [-criterion.within, criterion.within / (1 + criterion.within)]
    case 'budget':
      return []
  }
}
