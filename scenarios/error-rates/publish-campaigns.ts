import { join } from 'node:path'
import { InputError } from '../../harness/errors.js'
import { makeDirectory, readIfThere, readStored, writeWhole } from '../../harness/system/files.js'
import { checkLevels } from './campaign-levels.js'
import { campaignFigures } from './campaign-page.js'
import {
  CAMPAIGN_CASES,
  CAMPAIGNS,
  CANDIDATES,
  type CampaignStudy,
  campaignStudySchema,
  simulateCampaigns,
} from './campaign-study.js'
import { STUDIED_BUDGET } from './campaign-trial.js'
import { type RecordedPool, readRecording } from './recording.js'

const FOLDER = join('docs', 'campaigns')
const RECORDING = join(FOLDER, 'recorded-pairs.csv')
const FIGURES = join(FOLDER, 'campaign-study.json')
/** The page, written by hand except for its figures. */
export const CAMPAIGN_PAGE = join('docs', 'campaigns.md')
/** Fewest pairs of a pool: those of a short calibration. */
const FEWEST_PAIRS = 10
const BLOCK = /(<!-- figures: begin -->\n)[\s\S]*(<!-- figures: end -->)/

/**
 * Simulates the campaigns of every case, and writes their figures and the part of the page that
 * shows them.
 *
 * @param root of a checkout
 * @param onStep called before each case
 * @param campaigns of each case
 * @throws {InputError} there are no recorded pairs or no page below the root
 */
export function publishCampaigns(
  root: string,
  onStep: (text: string) => void,
  campaigns = CAMPAIGNS,
): CampaignStudy {
  const { sha256, pools } = readRecordedPairs(root)
  const cases = CAMPAIGN_CASES.map((one, index) => {
    onStep(`campaigns: case ${index + 1} of ${CAMPAIGN_CASES.length}`)
    return simulateCampaigns(one, pools, campaigns)
  })
  onStep('campaigns: levels of the bounds')
  const levels = checkLevels(pools)
  const study: CampaignStudy = {
    schema: 'assay/campaign-study@1',
    recording: { sha256, pools: pools.map(({ pool, pairs }) => ({ pool, pairs: pairs.length })) },
    budget: STUDIED_BUDGET,
    candidates: CANDIDATES,
    levels,
    cases,
  }
  const page = withFigures(root, study)
  makeDirectory(join(root, FOLDER))
  writeWhole(join(root, FIGURES), `${JSON.stringify(study, null, 1)}\n`)
  writeWhole(join(root, CAMPAIGN_PAGE), page)
  return study
}

/** The recorded pairs of identical code that campaigns are drawn from. */
export function readRecordedPairs(root: string): {
  readonly sha256: string
  readonly pools: readonly RecordedPool[]
} {
  return readRecording(join(root, RECORDING), FEWEST_PAIRS)
}

/** The published study; undefined if there is none. */
export function readCampaignStudy(root: string): CampaignStudy | undefined {
  return readStored(join(root, FIGURES), campaignStudySchema)
}

/**
 * The page with the figures of a study in their place.
 *
 * @throws {InputError} there is no page, or it has no place for them
 */
export function withFigures(root: string, study: CampaignStudy): string {
  const page = readIfThere(join(root, CAMPAIGN_PAGE))
  if (page === undefined || !BLOCK.test(page))
    throw new InputError(
      `${join(root, CAMPAIGN_PAGE)} has no place for figures (<!-- figures: begin --> … <!-- figures: end -->); run this in a checkout of assay`,
    )
  return page.replace(BLOCK, (_, begin, end) => `${begin}\n${campaignFigures(study)}\n${end}`)
}
